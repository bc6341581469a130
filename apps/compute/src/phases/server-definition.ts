import type { JobDefinition } from '@imago/jobs';
import type { ComputeConfig } from '../config.ts';
import type { EndOfJob } from '../orders/end-of-job.ts';
import { jobCancelled, jobFailed, jobProgressed } from '../orders/job-events.ts';
import { type ServerData, type ServerInput, serverIdsOf } from '../orders/server-job.ts';
import { serverPhases } from './server-phases.ts';
import type { ServerTools } from './server-phase.ts';

/** A job of servers as the runner of jobs knows it. */
export function serverDefinition(
  tools: ServerTools,
  endOfJob: EndOfJob,
  config: ComputeConfig,
): JobDefinition<ServerInput, ServerData> {
  return {
    firstPhase: 'build',
    phases: serverPhases(tools),
    maximumAttempts: config.COMPUTE_MAXIMUM_ATTEMPTS,
    stallSeconds: config.COMPUTE_STALL_SECONDS + config.COMPUTE_STOP_PATIENCE_SECONDS,
    progressed: jobProgressed,
    failed: jobFailed,
    cancelled: jobCancelled,
    ended: (tx, job) => endOfJob.execute(tx, job),
    // What a cancelled order had begun to build; the host's next look at itself is the net.
    cleanUp: async (job) => {
      if (job.state !== 'cancelled') return;
      const rows = await tools.servers.list(tools.db.manager, serverIdsOf(job.input));
      for (const { id, status } of rows) if (status === 'deleted') await tools.hypervisor.delete(id);
    },
  };
}
