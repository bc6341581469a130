import { hostname } from 'node:os';
import { JobRunner, PartJournal } from '@imago/jobs';
import { MessagingModule, Outbox, RequestClient } from '@imago/messaging';
import { loadRegions, Regions } from '@imago/object-store';
import { PersistenceModule } from '@imago/persistence';
import { type DynamicModule, type FactoryProvider, Logger, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BucketAssignments } from './buckets/bucket-assignments.repository.ts';
import { BucketsController } from './buckets/buckets.controller.ts';
import { IMPORT_CONFIG } from './config-token.ts';
import type { ImportConfig } from './config.ts';
import { CancelImport } from './imports/cancel-import.ts';
import { importDefinition } from './imports/import-definition.ts';
import { IMPORT_RUNNER, ImportJobs } from './imports/import-jobs.ts';
import { ImportsController } from './imports/imports.controller.ts';
import { RequestImport } from './imports/request-import.ts';
import { RunImports } from './imports/run-imports.ts';
import { TenantFiles } from './imports/source/tenant-files.ts';
import { SweepAdmissions } from './imports/sweep-admissions.ts';
import { AbandonUpload } from './uploads/abandon-upload.ts';
import { EndUpload } from './uploads/end-upload.ts';
import { FinishUpload } from './uploads/finish-upload.ts';
import { OpenUpload } from './uploads/open-upload.ts';
import { SweepUploads } from './uploads/sweep-uploads.ts';
import { UploadSessions } from './uploads/upload-sessions.repository.ts';
import { UploadsController } from './uploads/uploads.controller.ts';

/** Import, composed: the one place that knows all its parts. */
@Module({})
export class ImportModule {
  static forRoot(config: ImportConfig): DynamicModule {
    return {
      module: ImportModule,
      imports: [
        PersistenceModule.forRoot({ service: 'import', url: config.DATABASE_URL }),
        MessagingModule.forRoot({
          service: 'import',
          amqpUrl: config.AMQP_URL,
          contextKey: config.IMAGO_CONTEXT_KEY,
        }),
      ],
      controllers: [ImportsController, UploadsController, BucketsController],
      providers: [
        { provide: IMPORT_CONFIG, useValue: config },
        { provide: Regions, useFactory: () => loadRegions(config.IMAGO_REGIONS_FILE) },
        BucketAssignments,
        TenantFiles,
        ImportJobs,
        { provide: PartJournal, inject: [DataSource], useFactory: (db: DataSource) => new PartJournal(db, 'import') },
        runner(config),
        RunImports,
        RequestImport,
        CancelImport,
        SweepAdmissions,
        UploadSessions,
        EndUpload,
        OpenUpload,
        FinishUpload,
        AbandonUpload,
        SweepUploads,
      ],
    };
  }
}

function runner(config: ImportConfig): FactoryProvider {
  return {
    provide: IMPORT_RUNNER,
    inject: [DataSource, Outbox, ImportJobs, PartJournal, Regions, RequestClient],
    useFactory: (
      db: DataSource,
      outbox: Outbox,
      jobs: ImportJobs,
      parts: PartJournal,
      regions: Regions,
      requests: RequestClient,
    ) =>
      new JobRunner({
        db,
        outbox,
        store: jobs.store,
        definition: importDefinition({ regions, requests, parts }, config),
        leaseSeconds: config.IMPORT_LEASE_SECONDS,
        worker: `${hostname()}:${process.pid}`,
        concurrency: config.IMPORT_CONCURRENCY,
        log: new Logger('ImportRunner'),
      }),
  };
}
