import { JobRunner, PartJournal } from '@imago/jobs';
import { MessagingModule, Outbox, RequestClient } from '@imago/messaging';
import { loadRegions, Regions } from '@imago/object-store';
import { PersistenceModule } from '@imago/persistence';
import { hostname } from 'node:os';
import { type DynamicModule, type FactoryProvider, Logger, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EXPORT_CONFIG } from './config-token.ts';
import type { ExportConfig } from './config.ts';
import { CopyAdmissions } from './copies/copy-admissions.ts';
import { CopySources } from './copies/copy-sources.ts';
import { RequestCopy } from './copies/request-copy.ts';
import { SweepAdmissions } from './copies/sweep-admissions.ts';
import { Destinations } from './exports/destinations.ts';
import { DestinationBuckets } from './exports/destination-buckets.ts';
import { ExportAdmissions } from './exports/export-admissions.ts';
import { RequestExport } from './exports/request-export.ts';
import { SweepDestinations } from './exports/sweep-destinations.ts';
import { CancelJob } from './jobs/cancel-job.ts';
import { jobDefinition } from './jobs/job-definition.ts';
import { JobLeftovers } from './jobs/job-leftovers.ts';
import { jobTools } from './jobs/job-tools.ts';
import { JobsController } from './jobs/jobs.controller.ts';
import { RunJobs } from './jobs/run-jobs.ts';
import { TRANSFER_JOB_RUNNER, TransferJobs } from './jobs/transfer-jobs.ts';
import { CreateDownloadLink } from './links/create-download-link.ts';
import { LinksController } from './links/links.controller.ts';

/** Export, composed: the one place that knows all its parts. */
@Module({})
export class ExportModule {
  static forRoot(config: ExportConfig): DynamicModule {
    return {
      module: ExportModule,
      imports: [
        PersistenceModule.forRoot({ service: 'export', url: config.DATABASE_URL }),
        MessagingModule.forRoot({
          service: 'export',
          amqpUrl: config.AMQP_URL,
          contextKey: config.IMAGO_CONTEXT_KEY,
        }),
      ],
      controllers: [JobsController, LinksController],
      providers: [
        { provide: EXPORT_CONFIG, useValue: config },
        { provide: Regions, useFactory: () => loadRegions(config.IMAGO_REGIONS_FILE) },
        TransferJobs,
        { provide: PartJournal, inject: [DataSource], useFactory: (db: DataSource) => new PartJournal(db, 'export') },
        Destinations,
        CopySources,
        JobLeftovers,
        runner(config),
        RunJobs,
        DestinationBuckets,
        ExportAdmissions,
        RequestExport,
        RequestCopy,
        CopyAdmissions,
        SweepAdmissions,
        CancelJob,
        SweepDestinations,
        CreateDownloadLink,
      ],
    };
  }
}

function runner(config: ExportConfig): FactoryProvider {
  return {
    provide: TRANSFER_JOB_RUNNER,
    inject: [DataSource, Outbox, TransferJobs, JobLeftovers, Regions, RequestClient],
    useFactory: (
      ...[db, outbox, jobs, leftovers, regions, requests]: [
        DataSource,
        Outbox,
        TransferJobs,
        JobLeftovers,
        Regions,
        RequestClient,
      ]
    ) =>
      new JobRunner({
        db,
        outbox,
        store: jobs.store,
        definition: jobDefinition(jobTools(leftovers, { regions, requests, config })),
        leaseSeconds: config.EXPORT_LEASE_SECONDS,
        worker: `${hostname()}:${process.pid}`,
        concurrency: config.EXPORT_CONCURRENCY,
        log: new Logger('JobRunner'),
      }),
  };
}
