import { MessagingModule } from '@imago/messaging';
import { loadRegions, Regions } from '@imago/object-store';
import { PersistenceModule } from '@imago/persistence';
import { type Reconciliation, reconciliationsController, Reconciler } from '@imago/reconciliation';
import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppliedEventsController } from './applied-events.controller.ts';
import { StorageChargeRow } from './charges/storage-charge.row.ts';
import { StorageCharges } from './charges/storage-charges.ts';
import { CATALOG_CONFIG } from './config-token.ts';
import type { CatalogConfig } from './config.ts';
import { CopiesController } from './copies/copies.controller.ts';
import { CopyNews } from './copies/copy-news.ts';
import { CopySources } from './copies/copy-sources.ts';
import { DescribeCopySource } from './copies/describe-copy-source.ts';
import { RegisterCopy } from './copies/register-copy.ts';
import { AbandonImage } from './images/abandon-image.ts';
import { AdmitImage } from './images/admit-image.ts';
import { CapturesController } from './images/captures.controller.ts';
import { CloseImage } from './images/close-image.ts';
import { DeleteImage } from './images/delete-image.ts';
import { EditImage } from './images/edit-image.ts';
import { FindImages } from './images/find-images.ts';
import { FindLineage } from './images/find-lineage.ts';
import { ImageAccess } from './images/image-access.ts';
import { ImageEditsController } from './images/image-edits.controller.ts';
import { ImageNews } from './images/image-news.ts';
import { ImageTransitions } from './images/image-transitions.ts';
import { ImageRow } from './images/image.row.ts';
import { ImagesController } from './images/images.controller.ts';
import { ImagesRepository } from './images/images.repository.ts';
import { LayerOutcomes } from './images/layer-outcomes.ts';
import { MakingOutcomes } from './images/making-outcomes.ts';
import { RegisterImage } from './images/register-image.ts';
import { UploadOutcomes } from './images/upload-outcomes.ts';
import { ImageMemberRow } from './members/image-member.row.ts';
import { ImageMembersRepository } from './members/image-members.repository.ts';
import { MemberTruth } from './members/member-truth.ts';
import { ShareOutcomes } from './members/share-outcomes.ts';
import { SharesController } from './members/shares.controller.ts';
import { AllocateObject } from './objects/allocate-object.ts';
import { BeginUpload } from './objects/begin-upload.ts';
import { DescribeLayers } from './objects/describe-layers.ts';
import { HoldImage } from './objects/hold-image.ts';
import { HoldTruth } from './objects/hold-truth.ts';
import { LayerParents } from './objects/layer-parents.ts';
import { ObjectLines } from './objects/object-lines.ts';
import { ObjectReferenceRow } from './objects/object-reference.row.ts';
import { ObjectSweeper } from './objects/object-sweeper.ts';
import { ObjectRow } from './objects/object.row.ts';
import { ObjectsController } from './objects/objects.controller.ts';
import { ObjectsRepository } from './objects/objects.repository.ts';
import { StagedRoom } from './objects/staged-room.ts';
import { ReleaseBytes } from './objects/release-bytes.ts';
import { ReleaseHolds } from './objects/release-holds.ts';
import { SweepClaims } from './objects/sweep-claims.ts';
import { BootProofRow } from './boot-proofs/boot-proof.row.ts';
import { BootProofsController } from './boot-proofs/boot-proofs.controller.ts';
import { BootProofsRepository } from './boot-proofs/boot-proofs.repository.ts';
import { ImageBootProofs } from './boot-proofs/image-boot-proofs.ts';
import { ImageGeneralizationRow } from './readiness/image-generalization.row.ts';
import { BeginImport } from './image-imports/begin-import.ts';
import { ImageImportsController } from './image-imports/image-imports.controller.ts';
import { ImportEnds } from './image-imports/import-ends.ts';
import { ChangeItems } from './metadefs/change-items.ts';
import { ChangeNamespaces } from './metadefs/change-namespaces.ts';
import { FindMetadefs } from './metadefs/find-metadefs.ts';
import { MetadefNews } from './metadefs/metadef-news.ts';
import { MetadefItemRow, MetadefNamespaceRow, MetadefResourceTypeRow } from './metadefs/metadef.rows.ts';
import { MetadefsController } from './metadefs/metadefs.controller.ts';
import { MetadefsRepository } from './metadefs/metadefs.repository.ts';
import { ImageReadinessRepository } from './readiness/image-readiness.repository.ts';
import { ImageReadinessRow } from './readiness/image-readiness.row.ts';
import { ImageReadiness } from './readiness/image-readiness.ts';
import { ReadinessController } from './readiness/readiness.controller.ts';
import { ComparisonsController } from './reconciliations/comparisons.controller.ts';
import { ReconcileLedger } from './reconciliations/reconcile-ledger.ts';
import { ReconcileObjects } from './reconciliations/reconcile-objects.ts';
import { CarryFindings } from './findings/carry-findings.ts';
import { ForgetFindings } from './findings/forget-findings.ts';
import { ImageScanRow } from './scans/image-scan.row.ts';
import { ImageScansRepository } from './scans/image-scans.repository.ts';
import { ImageScans } from './scans/image-scans.ts';
import { ScansController } from './scans/scans.controller.ts';
import { ImageDamages } from './scrubs/image-damages.ts';
import { ObjectDamages } from './scrubs/object-damages.ts';
import { ScrubObjects } from './scrubs/scrub-objects.ts';
import { ScrubTurns } from './scrubs/scrub-turns.ts';
import { ScrubbedObjects } from './scrubs/scrubbed-objects.ts';
import { Scrubber } from './scrubs/scrubber.ts';
import { ScrubsController } from './scrubs/scrubs.controller.ts';
import { ShowScrubs } from './scrubs/show-scrubs.ts';
import { ImageReviewRow } from './reviews/image-review.row.ts';
import { ImageReviews } from './reviews/image-reviews.ts';
import { ReviewsController } from './reviews/reviews.controller.ts';
import { ReportStorage } from './storage/report-storage.ts';
import { StorageController } from './storage/storage.controller.ts';

/** The tables of this service, for its data source and for the drift check. */
export const CATALOG_ENTITIES = [
  ImageRow,
  ObjectRow,
  ObjectReferenceRow,
  ImageMemberRow,
  ImageReviewRow,
  ImageReadinessRow,
  BootProofRow,
  ImageScanRow,
  ImageGeneralizationRow,
  StorageChargeRow,
  MetadefNamespaceRow,
  MetadefItemRow,
  MetadefResourceTypeRow,
];

/** Catalog, composed: the one place that knows all its parts. */
@Module({})
export class CatalogModule {
  static forRoot(config: CatalogConfig): DynamicModule {
    return {
      module: CatalogModule,
      imports: [
        PersistenceModule.forRoot({ service: 'catalog', url: config.DATABASE_URL, entities: CATALOG_ENTITIES }),
        MessagingModule.forRoot({
          service: 'catalog',
          amqpUrl: config.AMQP_URL,
          contextKey: config.IMAGO_CONTEXT_KEY,
        }),
      ],
      controllers: [
        ImagesController,
        ImageEditsController,
        CapturesController,
        CopiesController,
        ObjectsController,
        ImageImportsController,
        MetadefsController,
        SharesController,
        ReviewsController,
        ReadinessController,
        BootProofsController,
        ScansController,
        StorageController,
        ScrubsController,
        AppliedEventsController,
        ComparisonsController,
        reconciliationsController('catalog'),
      ],
      providers: [
        { provide: CATALOG_CONFIG, useValue: config },
        { provide: Regions, useFactory: () => loadRegions(config.IMAGO_REGIONS_FILE) },
        ImagesRepository,
        ImageMembersRepository,
        ImageAccess,
        ImageNews,
        ImageTransitions,
        ShareOutcomes,
        ImageReviews,
        ImageReadinessRepository,
        ImageReadiness,
        BootProofsRepository,
        ImageBootProofs,
        ImageScansRepository,
        ImageScans,
        CarryFindings,
        ForgetFindings,
        StorageCharges,
        ReportStorage,
        AdmitImage,
        RegisterImage,
        CopySources,
        RegisterCopy,
        DescribeCopySource,
        CopyNews,
        AbandonImage,
        DeleteImage,
        EditImage,
        CloseImage,
        FindImages,
        FindLineage,
        MetadefsRepository,
        MetadefNews,
        FindMetadefs,
        ChangeNamespaces,
        ChangeItems,
        BeginImport,
        ImportEnds,
        MakingOutcomes,
        UploadOutcomes,
        LayerOutcomes,
        ObjectsRepository,
        ObjectLines,
        LayerParents,
        AllocateObject,
        BeginUpload,
        StagedRoom,
        HoldImage,
        ReleaseHolds,
        ReleaseBytes,
        DescribeLayers,
        SweepClaims,
        ObjectSweeper,
        ImageDamages,
        ObjectDamages,
        ScrubTurns,
        ScrubbedObjects,
        ScrubObjects,
        ShowScrubs,
        Scrubber,
        MemberTruth,
        HoldTruth,
        ReconcileLedger,
        ReconcileObjects,
        reconciler(config),
      ],
    };
  }
}

function reconciler(config: CatalogConfig): FactoryProvider<Reconciler> {
  return {
    provide: Reconciler,
    inject: [DataSource, ReconcileLedger, ReconcileObjects],
    useFactory: (db: DataSource, ...reconciliations: Reconciliation[]) =>
      new Reconciler({ ...config, service: 'catalog', db, reconciliations }),
  };
}
