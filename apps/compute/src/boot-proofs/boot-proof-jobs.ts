import { JobStore } from '@imago/jobs';
import { Injectable } from '@nestjs/common';
import type { BootProofData, BootProofInput } from './boot-proof-job.ts';

/** The token of the runner of proofs in this process; they wait for each other, and no server waits for them. */
export const BOOT_PROOF_RUNNER = 'BOOT_PROOF_RUNNER';

/** The jobs that boot images once, in the table they share with the jobs of servers. */
@Injectable()
export class BootProofJobs {
  readonly store = new JobStore<BootProofInput, BootProofData>('compute', ['boot_proof']);
}
