import { exportOf } from '../../jobs/transfer-job.ts';
import type { JobTools } from '../../jobs/job-tools.ts';
import { failuresOfBucket, objectExists } from '../bucket-failure.ts';
import { etagOf } from '../destinations.ts';
import { describeImage } from '../image-source.ts';
import { placeOf } from '../machine-files.ts';
import type { ExportPhase } from './export-phase.ts';

/** The image may still be exported, and nothing is in the way where it goes. */
export function admit(tools: JobTools): ExportPhase {
  return async (context) => {
    const { job, data, signal } = context;
    const { overwrite } = exportOf(job);
    const destination = placeOf(job, data);
    await describeImage(context, tools);
    await failuresOfBucket(destination, async () => {
      const store = tools.destinations.storeOf({ region: job.region, ...destination });
      if (!overwrite && (await etagOf(store, destination.object, signal)) !== null) throw objectExists(destination);
    });
    return { next: 'map', data };
  };
}
