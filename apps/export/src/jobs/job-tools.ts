import type { RequestClient } from '@imago/messaging';
import type { ObjectStore, Regions } from '@imago/object-store';
import type { ExportConfig } from '../config.ts';
import type { JobLeftovers } from './job-leftovers.ts';
import type { TransferJob } from './transfer-job.ts';

/** What the phases of all jobs work with. */
export interface JobTools extends Pick<JobLeftovers, 'parts' | 'destinations' | 'copySources'> {
  readonly regions: Regions;
  readonly requests: RequestClient;
  readonly leftovers: JobLeftovers;
  readonly config: ExportConfig;
}

/** The store of the images of a job's region. */
export function storeOf(tools: Pick<JobTools, 'regions'>, job: Pick<TransferJob, 'region'>): ObjectStore {
  return tools.regions.get(job.region).store;
}

/** The tools of a process that keeps these things of its jobs. */
export function jobTools(leftovers: JobLeftovers, others: Pick<JobTools, 'regions' | 'requests' | 'config'>): JobTools {
  const { parts, destinations, copySources } = leftovers;
  return { ...others, leftovers, parts, destinations, copySources };
}
