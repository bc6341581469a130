import { JobRunner, PartJournal } from '@imago/jobs';
import { MessagingModule, Outbox, RequestClient } from '@imago/messaging';
import { loadRegions, Regions } from '@imago/object-store';
import { PersistenceModule } from '@imago/persistence';
import { type Reconciliation, reconciliationsController, Reconciler } from '@imago/reconciliation';
import { hostname } from 'node:os';
import { type DynamicModule, type FactoryProvider, Logger, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CapturedMachines } from './captures/captured-machines.ts';
import { RequestCapture } from './captures/request-capture.ts';
import { SweepAdmissions } from './captures/sweep-admissions.ts';
import { TakeBackCapture } from './captures/take-back-capture.ts';
import { CAPTURE_CONFIG } from './config-token.ts';
import type { CaptureConfig } from './config.ts';
import { RequestDigest } from './digests/request-digest.ts';
import { RetryDigests } from './digests/retry-digests.ts';
import { RequestFlatten } from './flattens/request-flatten.ts';
import { Generalizations } from './generalizations/generalizations.ts';
import { CancelJob } from './jobs/cancel-job.ts';
import { IMAGE_JOB_RUNNER, ImageJobs } from './jobs/image-jobs.ts';
import { jobDefinition } from './jobs/job-definition.ts';
import { JobsController } from './jobs/jobs.controller.ts';
import { RunJobs } from './jobs/run-jobs.ts';
import { WorkInProgress } from './jobs/work-in-progress.ts';
import { ReconcileLocks } from './locks/reconcile-locks.ts';
import { ReleaseLocks } from './locks/release-locks.ts';
import { RenewLocks } from './locks/renew-locks.ts';
import { ServerLocks } from './locks/server-locks.ts';

/** Capture, composed: the one place that knows all its parts. */
@Module({})
export class CaptureModule {
  static forRoot(config: CaptureConfig): DynamicModule {
    return {
      module: CaptureModule,
      imports: [
        PersistenceModule.forRoot({ service: 'capture', url: config.DATABASE_URL }),
        MessagingModule.forRoot({
          service: 'capture',
          amqpUrl: config.AMQP_URL,
          contextKey: config.IMAGO_CONTEXT_KEY,
        }),
      ],
      controllers: [JobsController, reconciliationsController('capture')],
      providers: [
        { provide: CAPTURE_CONFIG, useValue: config },
        { provide: Regions, useFactory: () => loadRegions(config.IMAGO_REGIONS_FILE) },
        ImageJobs,
        { provide: PartJournal, inject: [DataSource], useFactory: (db: DataSource) => new PartJournal(db, 'capture') },
        Generalizations,
        WorkInProgress,
        ServerLocks,
        runner(config),
        RunJobs,
        TakeBackCapture,
        CapturedMachines,
        RequestCapture,
        RequestFlatten,
        RequestDigest,
        RetryDigests,
        CancelJob,
        SweepAdmissions,
        RenewLocks,
        ReleaseLocks,
        ReconcileLocks,
        reconciler(config),
      ],
    };
  }
}

function runner(config: CaptureConfig): FactoryProvider {
  return {
    provide: IMAGE_JOB_RUNNER,
    inject: [DataSource, Outbox, ImageJobs, WorkInProgress, ServerLocks, Regions, RequestClient],
    useFactory: (
      ...[db, outbox, jobs, work, locks, regions, requests]: [
        DataSource,
        Outbox,
        ImageJobs,
        WorkInProgress,
        ServerLocks,
        Regions,
        RequestClient,
      ]
    ) =>
      new JobRunner({
        db,
        outbox,
        store: jobs.store,
        definition: jobDefinition({ regions, requests, work, locks, config }),
        leaseSeconds: config.CAPTURE_LEASE_SECONDS,
        worker: `${hostname()}:${process.pid}`,
        concurrency: config.CAPTURE_CONCURRENCY,
        log: new Logger('JobRunner'),
      }),
  };
}

function reconciler(config: CaptureConfig): FactoryProvider<Reconciler> {
  return {
    provide: Reconciler,
    inject: [DataSource, ReconcileLocks],
    useFactory: (db: DataSource, ...reconciliations: Reconciliation[]) =>
      new Reconciler({ ...config, service: 'capture', db, reconciliations }),
  };
}
