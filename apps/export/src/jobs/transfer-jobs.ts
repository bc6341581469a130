import { JobStore } from '@imago/jobs';
import { Injectable } from '@nestjs/common';
import type { TransferJobData, TransferJobInput } from './transfer-job.ts';

/** The token of the one runner of jobs in this process; the class is generic and cannot be its own token. */
export const TRANSFER_JOB_RUNNER = 'TRANSFER_JOB_RUNNER';

/** The table of jobs: exports, and whatever else takes an image's bytes elsewhere. */
@Injectable()
export class TransferJobs {
  readonly store = new JobStore<TransferJobInput, TransferJobData>('export');
}
