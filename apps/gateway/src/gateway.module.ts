import { RequestsModule } from '@imago/messaging';
import { loadRegions, Regions } from '@imago/object-store';
import { type DynamicModule, Module } from '@nestjs/common';
import { AuditController } from './audit/audit.controller.ts';
import { BucketsController } from './buckets/buckets.controller.ts';
import { CapturesController } from './captures/captures.controller.ts';
import type { GatewayConfig } from './config.ts';
import { CopiesController } from './copies/copies.controller.ts';
import { DownloadLinksController } from './downloads/download-links.controller.ts';
import { DownloadsController } from './downloads/downloads.controller.ts';
import { LinkTokens } from './downloads/link-tokens.ts';
import { OwnWrites } from './edge/own-writes.ts';
import { PublicUrl } from './edge/public-url.ts';
import { EventStreamController } from './event-stream/event-stream.controller.ts';
import { OpenStreams } from './event-stream/open-streams.ts';
import { ExportsController } from './exports/exports.controller.ts';
import { FlavorsController } from './flavors/flavors.controller.ts';
import type { ProvidedIdentity } from './identity/provide-identity.ts';
import { ImageImportController } from './image-imports/image-import.controller.ts';
import { ImageActionsController } from './images/image-actions.controller.ts';
import { ImageDeletionController } from './images/image-deletion.controller.ts';
import { ImageDeletion } from './images/image-deletion.ts';
import { ImageEventsController } from './images/image-events.controller.ts';
import { ImageFileController } from './images/image-file.controller.ts';
import { ImageLineageController } from './images/image-lineage.controller.ts';
import { ScanOfShared } from './shares/scan-of-shared.ts';
import { ImageScansController } from './images/image-scans.controller.ts';
import { ImageBootProofsController } from './images/image-boot-proofs.controller.ts';
import { ImageReadinessController } from './images/image-readiness.controller.ts';
import { ImageTagsController } from './images/image-tags.controller.ts';
import { ImageSearchController } from './images/image-search.controller.ts';
import { ImagesController } from './images/images.controller.ts';
import { LayeredFiles } from './images/layered-files.ts';
import { ImportsController } from './imports/imports.controller.ts';
import { AcceptedJobs } from './jobs/accepted-jobs.ts';
import { JobBoard } from './jobs/job-board.ts';
import { JobsController } from './jobs/jobs.controller.ts';
import { MetadefObjectsController } from './metadefs/metadef-objects.controller.ts';
import { MetadefPropertiesController } from './metadefs/metadef-properties.controller.ts';
import { MetadefResourceTypesController } from './metadefs/metadef-resource-types.controller.ts';
import { MetadefTagsController } from './metadefs/metadef-tags.controller.ts';
import { NamespaceItems } from './metadefs/namespace-items.ts';
import { NamespacesController } from './metadefs/namespaces.controller.ts';
import { NetworksController } from './networks/networks.controller.ts';
import { ObjectStoresController } from './object-stores/object-stores.controller.ts';
import { ApiDescription } from './openapi/api-description.ts';
import { OpenApiController } from './openapi/openapi.controller.ts';
import { OfflineImportsController } from './offline-imports/offline-imports.controller.ts';
import { OperatingSystemsController } from './operating-systems/operating-systems.controller.ts';
import { OperationsController } from './operations/operations.controller.ts';
import { Operations } from './operations/operations.ts';
import { ParkedMessages } from './parked/parked-messages.ts';
import { ParkedController } from './parked/parked.controller.ts';
import { OperatorQuotaRequestsController } from './quota-requests/operator-quota-requests.controller.ts';
import { QuotaRequestsController } from './quota-requests/quota-requests.controller.ts';
import { QuotasController } from './quotas/quotas.controller.ts';
import { ReconciliationsController } from './reconciliations/reconciliations.controller.ts';
import { ResumableUploadsController } from './resumable-uploads/resumable-uploads.controller.ts';
import { ImageReviewsController } from './reviews/image-reviews.controller.ts';
import { ImageDamagesController } from './scrubs/image-damages.controller.ts';
import { ScrubsController } from './scrubs/scrubs.controller.ts';
import { SchemasController } from './schemas/schemas.controller.ts';
import { ServerActionsController } from './servers/server-actions.controller.ts';
import { ServerConsoleController } from './servers/server-console.controller.ts';
import { ServersController } from './servers/servers.controller.ts';
import { ImageMembersController } from './shares/image-members.controller.ts';
import { ImageSharesController } from './shares/image-shares.controller.ts';
import { InboxController } from './shares/inbox.controller.ts';
import { ImageUploadController } from './uploads/image-upload.controller.ts';
import { StoresController } from './stores/stores.controller.ts';
import { TasksController } from './tasks/tasks.controller.ts';
import { UsageController } from './usage/usage.controller.ts';
import { InfoController } from './versions/info.controller.ts';
import { VersionsController } from './versions/versions.controller.ts';
import { WebhookDeliveriesController } from './webhooks/webhook-deliveries.controller.ts';
import { WebhooksController } from './webhooks/webhooks.controller.ts';

/** Memory for the layered images that stay open between requests. */
const OPEN_FILES_BYTES = 32 * 2 ** 20;

/** The gateway, composed: the one place that knows all its parts. It keeps nothing; every answer is a service's. */
@Module({})
export class GatewayModule {
  static forRoot(config: GatewayConfig, identity: Omit<ProvidedIdentity, 'provider'>): DynamicModule {
    return {
      module: GatewayModule,
      imports: [
        RequestsModule.forRoot({
          service: 'gateway',
          amqpUrl: config.AMQP_URL,
          contextKey: config.IMAGO_CONTEXT_KEY,
        }),
      ],
      controllers: [
        VersionsController,
        InfoController,
        StoresController,
        TasksController,
        NamespacesController,
        MetadefObjectsController,
        MetadefPropertiesController,
        MetadefTagsController,
        MetadefResourceTypesController,
        SchemasController,
        ...identity.controllers,
        ImagesController,
        ImageSearchController,
        ImageFileController,
        ImageUploadController,
        ImageImportController,
        ImageTagsController,
        ImageActionsController,
        ImageEventsController,
        ImageLineageController,
        ImageReadinessController,
        ImageDamagesController,
        ImageBootProofsController,
        ImageScansController,
        ImageDeletionController,
        ImageReviewsController,
        ImageMembersController,
        ImageSharesController,
        InboxController,
        ImportsController,
        OfflineImportsController,
        CapturesController,
        ExportsController,
        CopiesController,
        DownloadLinksController,
        DownloadsController,
        JobsController,
        ServersController,
        ServerActionsController,
        ServerConsoleController,
        FlavorsController,
        NetworksController,
        OperatingSystemsController,
        QuotasController,
        QuotaRequestsController,
        OperatorQuotaRequestsController,
        UsageController,
        ReconciliationsController,
        OperationsController,
        ScrubsController,
        ParkedController,
        AuditController,
        EventStreamController,
        WebhooksController,
        WebhookDeliveriesController,
        BucketsController,
        ResumableUploadsController,
        ObjectStoresController,
        OpenApiController,
      ],
      providers: [
        { provide: Regions, useFactory: () => loadRegions(config.IMAGO_REGIONS_FILE) },
        ...identity.providers,
        { provide: PublicUrl, useValue: new PublicUrl(config.PUBLIC_URL) },
        { provide: ParkedMessages, useValue: new ParkedMessages(config.AMQP_URL) },
        { provide: LinkTokens, useValue: new LinkTokens(config.IMAGO_CONTEXT_KEY) },
        ApiDescription,
        Operations,
        OwnWrites,
        ScanOfShared,
        ImageDeletion,
        NamespaceItems,
        { provide: OpenStreams, useFactory: () => new OpenStreams(config) },
        JobBoard,
        AcceptedJobs,
        { provide: LayeredFiles, useFactory: () => new LayeredFiles(OPEN_FILES_BYTES) },
      ],
    };
  }
}
