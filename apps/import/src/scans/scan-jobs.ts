import { JobStore } from '@imago/jobs';
import { Injectable } from '@nestjs/common';
import type { ScanData, ScanInput } from './scan-job.ts';

/** The token of the runner of scans in this process; they wait for each other, and no import waits for them. */
export const SCAN_RUNNER = 'SCAN_RUNNER';

/** The jobs that scan images, in the table they share with imports. */
@Injectable()
export class ScanJobs {
  readonly store = new JobStore<ScanInput, ScanData>('import', ['scan']);
}
