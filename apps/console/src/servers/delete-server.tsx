import { ConfirmDialog } from '../actions/confirm-dialog.tsx';
import { useServersWords } from '../language/servers.ts';
import type { Server } from './server.ts';
import { useDeletion } from './use-server-orders.ts';

/** Asks before a server and its disks are gone. */
export function DeleteServer({ server, onClose }: { readonly server: Server; readonly onClose: () => void }) {
  const { actions: words } = useServersWords();
  const deletion = useDeletion(server);
  return (
    <ConfirmDialog open title={words.deleteTitle(server.name)} verb={words.delete} action={deletion} onClose={onClose}>
      <p>{words.deleteLead}</p>
    </ConfirmDialog>
  );
}
