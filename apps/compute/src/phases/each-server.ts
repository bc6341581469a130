import { DomainError, refusal, type RefusalDocument } from '@imago/contracts';
import { HypervisorError } from '@imago/hypervisor';
import { Logger } from '@nestjs/common';
import { causeOf } from '../orders/end-of-job.ts';
import { serverIdsOf, type ServerPhaseContext } from '../orders/server-job.ts';
import type { ServerRow } from '../servers/server.row.ts';
import type { ServerChanges } from '../servers/servers.repository.ts';
import type { ServerHappening } from '../servers/tell-of-server.ts';
import type { ServerTools } from './server-phase.ts';

/** What is done with each of several new servers. */
export interface EachServer {
  /** Whether it is to be done with this one still. */
  readonly wants: (server: ServerRow) => boolean;
  readonly work: (server: ServerRow) => Promise<void>;
  /** What is recorded when it is done. */
  readonly done: () => { readonly changes: ServerChanges; readonly happening: ServerHappening };
}

const logger = new Logger('NewServers');

/**
 * Does something with each new server of a job, one after the other, and records each one's outcome. One that fails for
 * good does not hold up the others; one that may still succeed is tried again with the job.
 * @throws what the first of those that may still succeed failed with.
 */
export async function eachServer(context: ServerPhaseContext, tools: ServerTools, each: EachServer): Promise<void> {
  const { job, signal } = context;
  const again: unknown[] = [];
  for (const server of await tools.servers.list(tools.db.manager, serverIdsOf(job.input))) {
    if (server.job_id !== job.id || !each.wants(server)) continue;
    signal.throwIfAborted();
    try {
      await each.work(server);
    } catch (error) {
      signal.throwIfAborted(); // the order to end is no fault of the server
      logger.error({ server_id: server.id, job_id: job.id, err: error }, 'a new server failed');
      if (isFinal(error) || job.attempt >= tools.maximumAttempts) {
        const fault = faultOf(error);
        await record(context, tools, server, {
          changes: { status: 'failed', fault },
          happening: { type: 'failed', error: fault },
        });
      } else again.push(error);
      continue;
    }
    await record(context, tools, server, each.done());
  }
  if (again.length > 0) throw again[0];
}

async function record(
  context: ServerPhaseContext,
  tools: ServerTools,
  { id }: ServerRow,
  { changes, happening }: ReturnType<EachServer['done']>,
): Promise<void> {
  await context.save(context.data, async (tx) => {
    const server = await tools.servers.lock(tx, id);
    if (server === null) throw new Error(`Server ${id} is gone`);
    const row = await tools.servers.update(tx, server, changes);
    await tools.tellOf.tell(tx, row, happening, causeOf(context.job));
  });
}

/** What no other try changes. */
function isFinal(error: unknown): boolean {
  return error instanceof HypervisorError || error instanceof DomainError;
}

function faultOf(error: unknown): RefusalDocument {
  if (error instanceof DomainError) return error.toDocument();
  return refusal('server.build_failed', 'The host could not make the server.').toDocument();
}
