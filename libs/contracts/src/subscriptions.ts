import {
  ImageDeactivatedV1,
  ImageDeletedV1,
  ImageFailedV1,
  ImageReactivatedV1,
  ImageReadyV1,
  ImageRegisteredV1,
  ImageUpdatedV1,
} from './catalog.events.ts';
import {
  ServerCreatedV1,
  ServerDeletedV1,
  ServerFailedV1,
  ServerJobCancelledV1,
  ServerJobFailedV1,
  ServerJobProgressedV1,
  ServerJobRequestedV1,
  ServerJobSucceededV1,
  ServerOsChangedV1,
  ServerRebootedV1,
  ServerStartedV1,
  ServerStoppedV1,
} from './compute.events.ts';
import type { EventDefinition } from './define.ts';
import {
  ImageImportCancelledV1,
  ImageImportedV1,
  ImageImportFailedV1,
  ImageImportProgressedV1,
  ImageImportRequestedV1,
  ImageUploadedV1,
  ImageUploadFailedV1,
} from './import.events.ts';
import { QuotaRefusedV1, QuotaReleasedV1, QuotaReservedV1 } from './quota.events.ts';
import type { Service } from './services.ts';

/** Every event there is. */
export const EVENTS: readonly EventDefinition[] = [
  ImageRegisteredV1,
  ImageReadyV1,
  ImageFailedV1,
  ImageUpdatedV1,
  ImageDeactivatedV1,
  ImageReactivatedV1,
  ImageDeletedV1,
  ImageImportRequestedV1,
  ImageImportProgressedV1,
  ImageImportedV1,
  ImageImportFailedV1,
  ImageImportCancelledV1,
  ImageUploadedV1,
  ImageUploadFailedV1,
  QuotaReservedV1,
  QuotaReleasedV1,
  QuotaRefusedV1,
  ServerJobRequestedV1,
  ServerJobProgressedV1,
  ServerJobSucceededV1,
  ServerJobFailedV1,
  ServerJobCancelledV1,
  ServerCreatedV1,
  ServerStartedV1,
  ServerStoppedV1,
  ServerRebootedV1,
  ServerOsChangedV1,
  ServerDeletedV1,
  ServerFailedV1,
];

/** Who listens to what. Queues and bindings are generated from this table before anything is published. */
export const SUBSCRIPTIONS: Readonly<Record<Service, readonly EventDefinition[] | 'every'>> = {
  gateway: [],
  catalog: [ImageImportedV1, ImageImportFailedV1, ImageImportCancelledV1, ImageUploadedV1, ImageUploadFailedV1],
  import: [ImageDeletedV1],
  quota: [ImageRegisteredV1, ImageFailedV1, ImageDeletedV1],
  compute: [],
  activity: 'every',
};
