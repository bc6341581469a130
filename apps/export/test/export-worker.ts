import { JobRunner, PartJournal } from '@imago/jobs';
import type { Outbox, RequestClient } from '@imago/messaging';
import { Regions, type regionsFile } from '@imago/object-store';
import { serviceDataSource } from '@imago/persistence';
import { LosableWorker, S3Gate } from '@imago/testing';
import type { z } from 'zod';
import type { ExportConfig } from '../src/config.ts';
import { CopySources } from '../src/copies/copy-sources.ts';
import { Destinations } from '../src/exports/destinations.ts';
import { jobDefinition } from '../src/jobs/job-definition.ts';
import { JobLeftovers } from '../src/jobs/job-leftovers.ts';
import { jobTools } from '../src/jobs/job-tools.ts';
import type { TransferJobData, TransferJobInput } from '../src/jobs/transfer-job.ts';
import { TransferJobs } from '../src/jobs/transfer-jobs.ts';

/** What a worker works with, as far as it is not its own. */
export interface WorkerSurroundings {
  readonly config: ExportConfig;
  readonly regions: z.output<typeof regionsFile>;
  readonly outbox: Outbox;
  readonly requests: RequestClient;
}

let hired = 0;

/** One worker: the real runner with the real phases, on connections of its own that can be cut. */
export class ExportWorker extends LosableWorker<S3Gate, JobRunner<TransferJobInput, TransferJobData>> {
  static async hire(surroundings: WorkerSurroundings): Promise<ExportWorker> {
    const { config, regions: definitions, outbox, requests } = surroundings;
    const [first] = definitions;
    if (first === undefined) throw new Error('there is no region');
    const gate = await S3Gate.open(first.s3.endpoint);
    const behindGate = definitions.map((region) => ({ ...region, s3: { ...region.s3, endpoint: gate.endpoint } }));
    const db = await serviceDataSource({ service: 'export', url: config.DATABASE_URL }).initialize();
    const regions = new Regions(behindGate);
    const destinations = new Destinations(db, regions);
    const leftovers = new JobLeftovers(new PartJournal(db, 'export'), destinations, new CopySources());
    const tools = jobTools(leftovers, { regions, requests, config });
    const runner = new JobRunner({
      db,
      outbox,
      store: new TransferJobs().store,
      definition: jobDefinition(tools),
      leaseSeconds: config.EXPORT_LEASE_SECONDS,
      worker: `worker-${++hired}`,
      concurrency: config.EXPORT_CONCURRENCY,
      log: { log: () => undefined, error: () => undefined },
    });
    runner.start();
    return new ExportWorker(gate, runner, db);
  }
}
