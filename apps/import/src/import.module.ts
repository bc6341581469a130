import { hostname } from 'node:os';
import { JobRunner, PartJournal } from '@imago/jobs';
import { MessagingModule, Outbox, RequestClient } from '@imago/messaging';
import { loadRegions, Regions } from '@imago/object-store';
import { PersistenceModule, SecretBox } from '@imago/persistence';
import { type Reconciliation, reconciliationsController, Reconciler } from '@imago/reconciliation';
import { type DynamicModule, type FactoryProvider, Logger, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BucketAssignments } from './buckets/bucket-assignments.repository.ts';
import { BucketsController } from './buckets/buckets.controller.ts';
import { ListBucketObjects } from './buckets/list-bucket-objects.ts';
import { IMPORT_CONFIG } from './config-token.ts';
import type { ImportConfig } from './config.ts';
import { DescribeImports } from './image-imports/describe-imports.ts';
import { ImageImportsController } from './image-imports/image-imports.controller.ts';
import { ImportImage } from './image-imports/import-image.ts';
import { PromiseImport } from './image-imports/promise-import.ts';
import { CancelImport } from './imports/cancel-import.ts';
import { importDefinition } from './imports/import-definition.ts';
import { IMPORT_RUNNER, ImportJobs } from './imports/import-jobs.ts';
import { IMPORT_TOOLS, type ImportTools } from './imports/phases/import-phase.ts';
import { ImportsController } from './imports/imports.controller.ts';
import { RequestImport } from './imports/request-import.ts';
import { RunImports } from './imports/run-imports.ts';
import { CheckedBlocksRepository } from './imports/source/checked-blocks.repository.ts';
import { SourceRecords } from './imports/source/source-records.ts';
import { SourceSecrets } from './imports/source/source-secrets.repository.ts';
import { TenantFiles } from './imports/source/tenant-files.ts';
import { UrlSources } from './imports/source/url/url-sources.ts';
import { SweepAdmissions } from './imports/sweep-admissions.ts';
import { SweepUnpacked } from './imports/sweep-unpacked.ts';
import { FileLook } from './preflight/file-look.ts';
import { ImportPace } from './preflight/import-pace.ts';
import { PreflightImport } from './preflight/preflight-import.ts';
import { PreflightSlots } from './preflight/preflight-slots.ts';
import { PreflightController } from './preflight/preflight.controller.ts';
import { CompleteResumableUpload } from './resumable-uploads/complete-resumable-upload.ts';
import { DeclaredParts } from './resumable-uploads/declared-parts.repository.ts';
import { DeleteResumableUpload } from './resumable-uploads/delete-resumable-upload.ts';
import { EndResumableUpload } from './resumable-uploads/end-resumable-upload.ts';
import { FindResumableUploads } from './resumable-uploads/find-resumable-uploads.ts';
import { PartsInStore } from './resumable-uploads/parts-in-store.ts';
import { ReconcileUploads } from './resumable-uploads/reconcile-uploads.ts';
import { ResumableUploadsController } from './resumable-uploads/resumable-uploads.controller.ts';
import { ResumableUploads } from './resumable-uploads/resumable-uploads.repository.ts';
import { SealUploads } from './resumable-uploads/seal-uploads.ts';
import { SignParts } from './resumable-uploads/sign-parts.ts';
import { StartResumableUpload } from './resumable-uploads/start-resumable-upload.ts';
import { SweepResumableUploads } from './resumable-uploads/sweep-resumable-uploads.ts';
import { UploadAccess } from './resumable-uploads/upload-access.ts';
import { ChangeObjectStores } from './object-stores/change-object-stores.ts';
import { CreateObjectStore } from './object-stores/create-object-store.ts';
import { BundleKeys } from './offline-imports/bundle-keys.ts';
import { OfflineImportsController } from './offline-imports/offline-imports.controller.ts';
import { RequestOfflineImport } from './offline-imports/request-offline-import.ts';
import { ObjectStoreRow } from './object-stores/object-store.row.ts';
import { ObjectStoresController } from './object-stores/object-stores.controller.ts';
import { ObjectStoresRepository } from './object-stores/object-stores.repository.ts';
import { TenantStores } from './object-stores/tenant-stores.ts';
import { outbound } from './outbound.ts';
import { EndImageScan } from './scans/end-image-scan.ts';
import { OrderImageScan } from './scans/order-image-scan.ts';
import { RequestImageScan } from './scans/request-image-scan.ts';
import { RunScans } from './scans/run-scans.ts';
import { scanDefinition } from './scans/scan-definition.ts';
import { ScanImage } from './scans/scan-image.ts';
import { SCAN_RUNNER, ScanJobs } from './scans/scan-jobs.ts';
import { ScanTools } from './scans/scan-phase.ts';
import { Scanner } from './scans/scanner/scanner.ts';
import { ScansController } from './scans/scans.controller.ts';
import { AbandonUpload } from './uploads/abandon-upload.ts';
import { EndUpload } from './uploads/end-upload.ts';
import { FinishUpload } from './uploads/finish-upload.ts';
import { OpenUpload } from './uploads/open-upload.ts';
import { SweepUploads } from './uploads/sweep-uploads.ts';
import { UploadSessions } from './uploads/upload-sessions.repository.ts';
import { UploadsController } from './uploads/uploads.controller.ts';

/** The tables of this service that are mapped, for its data source and for the drift check. */
export const IMPORT_ENTITIES = [ObjectStoreRow];

/** Import, composed: the one place that knows all its parts. */
@Module({})
export class ImportModule {
  static forRoot(config: ImportConfig): DynamicModule {
    return {
      module: ImportModule,
      imports: [
        PersistenceModule.forRoot({ service: 'import', url: config.DATABASE_URL, entities: IMPORT_ENTITIES }),
        MessagingModule.forRoot({
          service: 'import',
          amqpUrl: config.AMQP_URL,
          contextKey: config.IMAGO_CONTEXT_KEY,
        }),
      ],
      controllers: [
        ImportsController,
        ImageImportsController,
        OfflineImportsController,
        PreflightController,
        UploadsController,
        ResumableUploadsController,
        BucketsController,
        ObjectStoresController,
        ScansController,
        reconciliationsController('import'),
      ],
      providers: [
        { provide: IMPORT_CONFIG, useValue: config },
        { provide: Regions, useFactory: () => loadRegions(config.IMAGO_REGIONS_FILE) },
        BucketAssignments,
        ListBucketObjects,
        ...outbound(config),
        { provide: SecretBox, useFactory: () => new SecretBox(config.IMPORT_SECRET_KEY, 'import.secret_unreadable') },
        ObjectStoresRepository,
        TenantStores,
        CreateObjectStore,
        ChangeObjectStores,
        SourceSecrets,
        CheckedBlocksRepository,
        SourceRecords,
        UrlSources,
        TenantFiles,
        ImportJobs,
        { provide: PartJournal, inject: [DataSource], useFactory: (db: DataSource) => new PartJournal(db, 'import') },
        tools,
        runner(config),
        RunImports,
        RequestImport,
        BundleKeys,
        RequestOfflineImport,
        ImportImage,
        PromiseImport,
        DescribeImports,
        CancelImport,
        SweepAdmissions,
        SweepUnpacked,
        FileLook,
        ImportPace,
        PreflightSlots,
        PreflightImport,
        UploadSessions,
        EndUpload,
        OpenUpload,
        FinishUpload,
        AbandonUpload,
        SweepUploads,
        ResumableUploads,
        DeclaredParts,
        PartsInStore,
        UploadAccess,
        StartResumableUpload,
        FindResumableUploads,
        SignParts,
        CompleteResumableUpload,
        SealUploads,
        EndResumableUpload,
        DeleteResumableUpload,
        SweepResumableUploads,
        ReconcileUploads,
        Scanner,
        ScanImage,
        ScanJobs,
        ScanTools,
        scanRunner(config),
        RunScans,
        OrderImageScan,
        RequestImageScan,
        EndImageScan,
        reconciler(config),
      ],
    };
  }
}

function runner(config: ImportConfig): FactoryProvider {
  return {
    provide: IMPORT_RUNNER,
    inject: [DataSource, Outbox, ImportJobs, IMPORT_TOOLS],
    useFactory: (db: DataSource, outbox: Outbox, jobs: ImportJobs, tools: ImportTools) =>
      new JobRunner({
        db,
        outbox,
        store: jobs.store,
        definition: importDefinition(tools, config),
        leaseSeconds: config.IMPORT_LEASE_SECONDS,
        worker: `${hostname()}:${process.pid}`,
        concurrency: config.IMPORT_CONCURRENCY,
        log: new Logger('ImportRunner'),
      }),
  };
}

function scanRunner(config: ImportConfig): FactoryProvider {
  return {
    provide: SCAN_RUNNER,
    inject: [DataSource, Outbox, ScanJobs, ScanTools],
    useFactory: (db: DataSource, outbox: Outbox, jobs: ScanJobs, scanTools: ScanTools) =>
      new JobRunner({
        db,
        outbox,
        store: jobs.store,
        definition: scanDefinition(scanTools, config),
        leaseSeconds: config.IMPORT_LEASE_SECONDS,
        worker: `${hostname()}:${process.pid}`,
        concurrency: config.IMPORT_SCANS,
        log: new Logger('ScanRunner'),
      }),
  };
}

function reconciler(config: ImportConfig): FactoryProvider<Reconciler> {
  return {
    provide: Reconciler,
    inject: [DataSource, ReconcileUploads],
    useFactory: (db: DataSource, ...reconciliations: Reconciliation[]) =>
      new Reconciler({ ...config, service: 'import', db, reconciliations }),
  };
}

const tools: FactoryProvider<ImportTools> = {
  provide: IMPORT_TOOLS,
  inject: [DataSource, Regions, TenantFiles, SourceRecords, ResumableUploads, RequestClient, PartJournal, ScanImage],
  useFactory: (
    ...[db, regions, files, records, uploads, requests, parts, scanner]: [
      DataSource,
      Regions,
      TenantFiles,
      SourceRecords,
      ResumableUploads,
      RequestClient,
      PartJournal,
      ScanImage,
    ]
  ) => ({ db, regions, files, records, uploads, requests, parts, scanner }),
};
