import { JobRunner, PartJournal } from '@imago/jobs';
import type { Outbox, RequestClient } from '@imago/messaging';
import { Regions, type regionsFile } from '@imago/object-store';
import { serviceDataSource } from '@imago/persistence';
import { LosableWorker, S3Gate } from '@imago/testing';
import type { z } from 'zod';
import type { CaptureConfig } from '../src/config.ts';
import { Generalizations } from '../src/generalizations/generalizations.ts';
import type { ImageJobData, ImageJobInput } from '../src/jobs/image-job.ts';
import { ImageJobs } from '../src/jobs/image-jobs.ts';
import { jobDefinition } from '../src/jobs/job-definition.ts';
import { WorkInProgress } from '../src/jobs/work-in-progress.ts';
import { ServerLocks } from '../src/locks/server-locks.ts';

/** What a worker works with, as far as it is not its own. */
export interface WorkerSurroundings {
  readonly config: CaptureConfig;
  readonly regions: z.output<typeof regionsFile>;
  readonly outbox: Outbox;
  readonly requests: RequestClient;
}

let hired = 0;

/** One worker: the real runner with the real phases, on connections of its own that can be cut. */
export class CaptureWorker extends LosableWorker<S3Gate, JobRunner<ImageJobInput, ImageJobData>> {
  static async hire(surroundings: WorkerSurroundings): Promise<CaptureWorker> {
    const { config, regions, outbox, requests } = surroundings;
    const [first] = regions;
    if (first === undefined) throw new Error('there is no region');
    const gate = await S3Gate.open(first.s3.endpoint);
    const behindGate = regions.map((region) => ({ ...region, s3: { ...region.s3, endpoint: gate.endpoint } }));
    const db = await serviceDataSource({ service: 'capture', url: config.DATABASE_URL }).initialize();
    const locks = new ServerLocks(db, requests);
    const work = new WorkInProgress(new PartJournal(db, 'capture'), new Generalizations(db));
    const tools = { regions: new Regions(behindGate), requests, work, locks, config };
    const runner = new JobRunner({
      db,
      outbox,
      store: new ImageJobs().store,
      definition: jobDefinition(tools),
      leaseSeconds: config.CAPTURE_LEASE_SECONDS,
      worker: `worker-${++hired}`,
      concurrency: config.CAPTURE_CONCURRENCY,
      log: { log: () => undefined, error: () => undefined },
    });
    runner.start();
    return new CaptureWorker(gate, runner, db);
  }
}
