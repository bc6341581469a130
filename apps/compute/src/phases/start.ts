import { refusal, refusalFrom } from '@imago/contracts';
import { FinalFailureError } from '@imago/jobs';
import { jobSucceeded } from '../orders/job-events.ts';
import { type InputOf, serverIdsOf, type ServerPhaseContext } from '../orders/server-job.ts';
import { eachServer } from './each-server.ts';
import { onHost, type ServerPhase, type ServerTools } from './server-phase.ts';

/** Failed servers the error of a batch names; the rest is only counted. An event has its limits. */
const MOST_NAMED = 20;

/** Switches on a server, or every new one that has its disks. */
export function start(tools: ServerTools): ServerPhase {
  return async (context) => {
    const { input } = context.job;
    if (input.task === 'creating') await startNew(context, tools, input);
    else for (const id of serverIdsOf(input)) await onHost(tools.hypervisor.start(id, context.signal));
    return { succeeded: jobSucceeded };
  };
}

async function startNew(context: ServerPhaseContext, tools: ServerTools, input: InputOf<'creating'>): Promise<void> {
  await eachServer(context, tools, {
    wants: ({ status, built_at }) => status === 'building' && built_at !== null,
    work: ({ id }) => tools.hypervisor.start(id, context.signal),
    done: () => ({
      changes: { status: 'running', started_at: new Date(), fault: null },
      happening: { type: 'started' },
    }),
  });
  await requireAllMade(context, tools, input);
}

/** @throws FinalFailureError with the reason of the only server, or with those of each that failed. */
async function requireAllMade(
  { job }: ServerPhaseContext,
  tools: ServerTools,
  { servers }: InputOf<'creating'>,
): Promise<void> {
  const rows = await tools.servers.list(
    tools.db.manager,
    servers.map(({ id }) => id),
  );
  const failed = rows.filter(({ status, job_id }) => status === 'failed' && job_id === job.id);
  const [first] = failed;
  if (first === undefined) return;
  if (servers.length === 1 && first.fault !== null) throw new FinalFailureError(refusalFrom(first.fault));
  throw new FinalFailureError(
    refusal('server.batch_failed', `${failed.length} of ${servers.length} servers could not be made.`, {
      failed: failed.length,
      count: servers.length,
      servers: failed.slice(0, MOST_NAMED).map(({ id, fault }) => ({
        server_id: id,
        code: fault?.code ?? 'server.build_failed',
        message: fault?.message ?? '',
      })),
    }),
  );
}
