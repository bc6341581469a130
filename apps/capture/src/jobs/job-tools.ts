import type { RequestClient } from '@imago/messaging';
import type { ObjectStore, Regions } from '@imago/object-store';
import type { CaptureConfig } from '../config.ts';
import type { ServerLocks } from '../locks/server-locks.ts';
import type { ImageJob } from './image-job.ts';
import type { WorkInProgress } from './work-in-progress.ts';

/** What the phases of all jobs work with. */
export interface JobTools {
  readonly regions: Regions;
  readonly requests: RequestClient;
  readonly work: WorkInProgress;
  readonly locks: ServerLocks;
  readonly config: CaptureConfig;
}

/** The store of a job's region. */
export function storeOf(tools: JobTools, job: Pick<ImageJob, 'region'>): ObjectStore {
  return tools.regions.get(job.region).store;
}
