import { Button } from 'antd';
import { useAction } from '../actions/use-action.ts';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useMakingWords } from '../language/making.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import type { Server } from '../servers/server.ts';

/** Says why a server cannot be taken, and stops one that runs. */
export function StopFirst({ server }: { readonly server: Server }) {
  const { server: words } = useMakingWords();
  const { api } = useGateway();
  const stop = useAction({
    act: () => {
      const params = { path: { server_id: server.id } };
      return answered(api.POST('/v1/servers/{server_id}/stop', { params, body: { hard: false } }));
    },
    areas: ['servers', 'jobs'],
  });
  if (server.task !== null) return <span className="fine">{words.busy}</span>;
  if (server.status === 'stopped') return null;
  if (server.status !== 'running') return <span className="fine">{words.unusable}</span>;
  return (
    <div className="stop-first">
      <span>{words.stopFirst}</span>
      <Button
        size="small"
        aria-label={words.stopNamed(server.name)}
        loading={stop.isPending}
        onClick={() => {
          stop.mutate();
        }}
      >
        {words.stop}
      </Button>
      {stop.isError && <ProblemAlert error={stop.error} />}
    </div>
  );
}
