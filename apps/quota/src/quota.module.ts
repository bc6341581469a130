import { MessagingModule } from '@imago/messaging';
import { PersistenceModule } from '@imago/persistence';
import { type DynamicModule, Module } from '@nestjs/common';
import { QUOTA_CONFIG } from './config-token.ts';
import type { QuotaConfig } from './config.ts';
import { LimitRow } from './limits/limit.row.ts';
import { LimitsController } from './limits/limits.controller.ts';
import { LimitsRepository } from './limits/limits.repository.ts';
import { loadRegionNames, RegionNames } from './limits/region-names.ts';
import { ShowQuotas } from './limits/show-quotas.ts';
import { AccountUsageRepository } from './limits/account-usage.repository.ts';
import { DecideRequest } from './requests/decide-request.ts';
import { FindRequests } from './requests/find-requests.ts';
import { QuotaRequestRow } from './requests/quota-request.row.ts';
import { RequestsController } from './requests/requests.controller.ts';
import { SubmitRequest } from './requests/submit-request.ts';
import { Clock } from './usage/clock.ts';
import { HourMeter } from './usage/hour-meter.ts';
import { ListUsage } from './usage/list-usage.ts';
import { MeteredHourRow, MeteringMarkRow } from './usage/metered-hour.row.ts';
import { StoragePeriodRow } from './usage/storage-period.row.ts';
import { StoragePeriods } from './usage/storage-periods.ts';
import { UsageController } from './usage/usage.controller.ts';
import { CompareLedger } from './reservations/compare-ledger.ts';
import { CorrectLedger } from './reservations/correct-ledger.ts';
import { LedgerController } from './reservations/ledger.controller.ts';
import { Ledger } from './reservations/ledger.ts';
import { ReservationRow } from './reservations/reservation.row.ts';
import { ReservationSweeper } from './reservations/reservation-sweeper.ts';
import { ReservationsController } from './reservations/reservations.controller.ts';
import { ReservationsRepository } from './reservations/reservations.repository.ts';
import { PreviewReservation } from './reservations/preview-reservation.ts';
import { ReserveImage } from './reservations/reserve-image.ts';

/** The tables of this service, for its data source and for the drift check. */
export const QUOTA_ENTITIES = [
  LimitRow,
  ReservationRow,
  QuotaRequestRow,
  StoragePeriodRow,
  MeteredHourRow,
  MeteringMarkRow,
];

/** Quota, composed: the one place that knows all its parts. */
@Module({})
export class QuotaModule {
  static forRoot(config: QuotaConfig): DynamicModule {
    return {
      module: QuotaModule,
      imports: [
        PersistenceModule.forRoot({ service: 'quota', url: config.DATABASE_URL, entities: QUOTA_ENTITIES }),
        MessagingModule.forRoot({
          service: 'quota',
          amqpUrl: config.AMQP_URL,
          contextKey: config.IMAGO_CONTEXT_KEY,
        }),
      ],
      controllers: [ReservationsController, LedgerController, LimitsController, RequestsController, UsageController],
      providers: [
        { provide: QUOTA_CONFIG, useValue: config },
        { provide: RegionNames, useFactory: () => loadRegionNames(config.IMAGO_REGIONS_FILE) },
        Clock,
        LimitsRepository,
        AccountUsageRepository,
        SubmitRequest,
        DecideRequest,
        FindRequests,
        StoragePeriods,
        ListUsage,
        HourMeter,
        ShowQuotas,
        ReservationsRepository,
        Ledger,
        CompareLedger,
        CorrectLedger,
        ReserveImage,
        PreviewReservation,
        ReservationSweeper,
      ],
    };
  }
}
