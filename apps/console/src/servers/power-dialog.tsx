import { Checkbox } from 'antd';
import { useState } from 'react';
import { ConfirmDialog } from '../actions/confirm-dialog.tsx';
import { useServersWords } from '../language/servers.ts';
import type { Server } from './server.ts';
import { usePower } from './use-server-orders.ts';

interface PowerDialogProps {
  readonly server: Server;
  readonly action: 'stop' | 'reboot';
  readonly onClose: () => void;
}

/** Asks before what runs on a server is stopped. */
export function PowerDialog({ server, action, onClose }: PowerDialogProps) {
  const { actions: words } = useServersWords();
  const [hard, setHard] = useState(false);
  const order = usePower(server, action, hard);
  return (
    <ConfirmDialog
      open
      title={action === 'stop' ? words.stopTitle(server.name) : words.rebootTitle(server.name)}
      verb={words[action]}
      action={order}
      onClose={onClose}
    >
      <p>{words.stopLead}</p>
      <Checkbox
        checked={hard}
        onChange={({ target }) => {
          setHard(target.checked);
        }}
      >
        {words.hard}
      </Checkbox>
    </ConfirmDialog>
  );
}
