import { JobRunner, PartJournal } from '@imago/jobs';
import type { Outbox, RequestClient } from '@imago/messaging';
import { Regions, type regionsFile } from '@imago/object-store';
import { serviceDataSource } from '@imago/persistence';
import { LosableWorker, S3Gate } from '@imago/testing';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import type { ImportConfig } from '../src/config.ts';
import { IMPORT_ENTITIES } from '../src/import.module.ts';
import { importDefinition } from '../src/imports/import-definition.ts';
import type { ImportData, ImportInput } from '../src/imports/import-job.ts';
import { ImportJobs } from '../src/imports/import-jobs.ts';
import type { ImportTools } from '../src/imports/phases/import-phase.ts';
import type { TenantFiles } from '../src/imports/source/tenant-files.ts';

/** What a worker works with, as far as it is not its own. */
export interface WorkerSurroundings {
  readonly config: ImportConfig;
  readonly regions: z.output<typeof regionsFile>;
  readonly outbox: Outbox;
  readonly requests: RequestClient;
  readonly tools: Pick<ImportTools, 'records' | 'uploads' | 'scanner'>;
  /** The tenants' files, as somebody with this database and these regions sees them. */
  readonly files: (db: DataSource, regions: Regions) => TenantFiles;
}

let hired = 0;

/** One worker of imports: the real runner with the real phases, on connections of its own that can be cut. */
export class ImportWorker extends LosableWorker<S3Gate, JobRunner<ImportInput, ImportData>> {
  static async hire(surroundings: WorkerSurroundings): Promise<ImportWorker> {
    const { config, regions, outbox, requests } = surroundings;
    const [first] = regions;
    if (first === undefined) throw new Error('there is no region');
    const gate = await S3Gate.open(first.s3.endpoint);
    const behindGate = regions.map((region) => ({ ...region, s3: { ...region.s3, endpoint: gate.endpoint } }));
    const db = await serviceDataSource({
      service: 'import',
      url: config.DATABASE_URL,
      entities: IMPORT_ENTITIES,
    }).initialize();
    const gated = new Regions(behindGate);
    const tools = {
      ...surroundings.tools,
      db,
      regions: gated,
      requests,
      parts: new PartJournal(db, 'import'),
      files: surroundings.files(db, gated),
    };
    const runner = new JobRunner({
      db,
      outbox,
      store: new ImportJobs().store,
      definition: importDefinition(tools, config),
      leaseSeconds: config.IMPORT_LEASE_SECONDS,
      worker: `worker-${++hired}`,
      concurrency: config.IMPORT_CONCURRENCY,
      log: { log: () => undefined, error: () => undefined },
    });
    runner.start();
    return new ImportWorker(gate, runner, db);
  }
}
