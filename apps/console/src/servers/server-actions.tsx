import { Button, Dropdown } from 'antd';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useServersWords } from '../language/servers.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { ChangeOsDialog } from './change-os-dialog.tsx';
import { DeleteServer } from './delete-server.tsx';
import { PowerDialog } from './power-dialog.tsx';
import { canDo, type Server } from './server.ts';
import { useStart } from './use-server-orders.ts';

/** Dialogs that ask before something is done. */
type Asking = 'stop' | 'reboot' | 'change_os' | 'delete' | null;

const MORE = ['reboot', 'change_os', 'capture', 'delete'] as const;

/** What can be done with a server. */
export function ServerActions({ server }: { readonly server: Server }) {
  const { actions: words } = useServersWords();
  const [, go] = useLocation();
  const [asking, setAsking] = useState<Asking>(null);
  const start = useStart(server);
  const can = canDo(server);
  const close = (): void => {
    setAsking(null);
  };
  return (
    <div className="row-actions">
      {can.start || server.task === 'starting' ? (
        <Button
          size="small"
          aria-label={words.of(words.start, server.name)}
          disabled={!can.start}
          loading={start.isPending}
          onClick={() => {
            start.mutate();
          }}
        >
          {words.start}
        </Button>
      ) : (
        <Button
          size="small"
          aria-label={words.of(words.stop, server.name)}
          disabled={!can.stop}
          onClick={() => {
            setAsking('stop');
          }}
        >
          {words.stop}
        </Button>
      )}
      <Dropdown
        trigger={['click']}
        menu={{
          items: MORE.map((key) => ({ key, label: words[key], disabled: !can[key], danger: key === 'delete' })),
          onClick: ({ key }) => {
            if (key === 'capture') go(`/images/new?source=server&server=${server.id}`);
            else setAsking(key as Asking);
          },
        }}
      >
        <Button size="small" aria-label={words.moreOf(server.name)} aria-haspopup="menu">
          {words.more}
        </Button>
      </Dropdown>
      {start.isError && <ProblemAlert error={start.error} />}
      {(asking === 'stop' || asking === 'reboot') && <PowerDialog {...{ server }} action={asking} onClose={close} />}
      {asking === 'change_os' && <ChangeOsDialog {...{ server }} onClose={close} />}
      {asking === 'delete' && <DeleteServer {...{ server }} onClose={close} />}
    </div>
  );
}
