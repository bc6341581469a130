import { Tag } from 'antd';
import { useServersWords } from '../language/servers.ts';
import type { Server } from './server.ts';

const COLOURS: Readonly<Record<Server['status'], string>> = {
  building: 'processing',
  running: 'success',
  stopped: 'default',
  failed: 'error',
  deleted: 'default',
};

/** What a server is, and what is being done with it. */
export function ServerState({ server: { status, task } }: { readonly server: Server }) {
  const words = useServersWords();
  return (
    <span className="server-state">
      <Tag color={COLOURS[status]}>{words.status[status]}</Tag>
      {task !== null && <span className="fine">{words.task[task]}</span>}
    </span>
  );
}
