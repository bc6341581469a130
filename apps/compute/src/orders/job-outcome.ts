import { type RefusalDocument, refusal } from '@imago/contracts';
import type { ServerRow } from '../servers/server.row.ts';
import type { ServerChanges } from '../servers/servers.repository.ts';
import type { ServerHappening } from '../servers/tell-of-server.ts';
import type { ServerJob } from './server-job.ts';

/** What becomes of a server when its job ends. */
export interface JobOutcome {
  readonly changes: ServerChanges;
  readonly happening: ServerHappening | null;
}

type Ended = Pick<ServerJob, 'state' | 'input' | 'error' | 'data'>;

/** What the end of a job makes of one of its servers. */
export function outcomeOf(job: Ended, server: Pick<ServerRow, 'status' | 'built_at' | 'image_id'>): JobOutcome {
  if (job.input.task === 'creating') return outcomeOfCreation(job, server);
  if (job.state === 'cancelled') return UNCHANGED;
  if (job.state === 'failed') return failed({ fault: withoutPhase(job.error) });
  return successOf(job, server);
}

const UNCHANGED: JobOutcome = { changes: {}, happening: null };

function successOf({ input, data }: Ended, server: Pick<ServerRow, 'image_id'>): JobOutcome {
  switch (input.task) {
    case 'starting':
      return { changes: { status: 'running', started_at: new Date(), fault: null }, happening: { type: 'started' } };
    case 'stopping':
      return {
        changes: { status: 'stopped', started_at: null, fault: null },
        happening: { type: 'stopped', reason: 'requested' },
      };
    case 'rebooting':
      return { changes: { fault: null }, happening: { type: 'rebooted' } };
    case 'changing_os':
      return {
        changes: { ...data.image, user_data: input.user_data, fault: null },
        happening: { type: 'os_changed', previous_image_id: server.image_id },
      };
    case 'deleting':
      return {
        changes: { status: 'deleted', started_at: null, user_data: null, fault: null },
        happening: { type: 'deleted' },
      };
    case 'creating':
      return UNCHANGED; // each server's success was recorded when it had it
    default:
      return input satisfies never;
  }
}

/**
 * Servers that were not finished when their making ended. Cancelled, those without disks go and those with disks stay,
 * off; failed, they can only be deleted.
 */
function outcomeOfCreation(job: Ended, server: Pick<ServerRow, 'status' | 'built_at'>): JobOutcome {
  if (server.status !== 'building') return UNCHANGED;
  if (job.state !== 'cancelled') {
    const fault = refusal('server.build_failed', 'The server could not be made.').toDocument();
    return failed({ status: 'failed', fault });
  }
  if (server.built_at === null) {
    return { changes: { status: 'deleted', user_data: null }, happening: { type: 'deleted' } };
  }
  return { changes: { status: 'stopped' }, happening: { type: 'stopped', reason: 'requested' } };
}

function failed(changes: ServerChanges & { readonly fault: RefusalDocument }): JobOutcome {
  return { changes, happening: { type: 'failed', error: changes.fault } };
}

/** @throws Error for a job that failed without saying why, which the table of jobs does not allow. */
function withoutPhase(error: ServerJob['error']): RefusalDocument {
  if (error === null) throw new Error('A failed job says why');
  const { code, kind, message, remedy, details } = error;
  return { code, kind, message, remedy, ...(details && { details }) };
}
