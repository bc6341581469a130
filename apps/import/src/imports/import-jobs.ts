import { JobStore } from '@imago/jobs';
import { Injectable } from '@nestjs/common';
import type { ImportData, ImportInput } from './import-job.ts';

/** The token of the one runner of imports in this process; the class is generic and cannot be its own token. */
export const IMPORT_RUNNER = 'IMPORT_RUNNER';

/** The table of import jobs. */
@Injectable()
export class ImportJobs {
  readonly store = new JobStore<ImportInput, ImportData>('import', ['import']);
}
