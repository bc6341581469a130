import type { JobDefinition } from '@imago/jobs';
import type { ComputeConfig } from '../config.ts';
import { boot } from './boot.ts';
import { bootProofEvents } from './boot-proof-events.ts';
import type { BootProofData, BootProofInput, BootProofPhase, BootProofPhaseName } from './boot-proof-job.ts';
import { releaseBytes } from './end-boot-proof.ts';
import type { BootProofTools } from './boot-proof-tools.ts';
import { hold } from './hold.ts';

/** A job that boots an image once, as the runner of jobs knows it. */
export function bootProofDefinition(
  tools: BootProofTools,
  config: Pick<ComputeConfig, 'COMPUTE_MAXIMUM_ATTEMPTS' | 'COMPUTE_STALL_SECONDS'>,
): JobDefinition<BootProofInput, BootProofData> {
  const phases: Readonly<Record<BootProofPhaseName, BootProofPhase>> = { hold: hold(tools), boot: boot(tools) };
  return {
    ...bootProofEvents,
    firstPhase: 'hold',
    phases,
    maximumAttempts: config.COMPUTE_MAXIMUM_ATTEMPTS,
    stallSeconds: config.COMPUTE_STALL_SECONDS,
    ended: (tx, job) => releaseBytes(tx, job, tools.releases),
  };
}
