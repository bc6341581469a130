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
import { Ledger } from './reservations/ledger.ts';
import { ReservationRow } from './reservations/reservation.row.ts';
import { ReservationSweeper } from './reservations/reservation-sweeper.ts';
import { ReservationsController } from './reservations/reservations.controller.ts';
import { ReservationsRepository } from './reservations/reservations.repository.ts';
import { ReserveImage } from './reservations/reserve-image.ts';

/** The tables of this service, for its data source and for the drift check. */
export const QUOTA_ENTITIES = [LimitRow, ReservationRow];

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
      controllers: [ReservationsController, LimitsController],
      providers: [
        { provide: QUOTA_CONFIG, useValue: config },
        { provide: RegionNames, useFactory: () => loadRegionNames(config.IMAGO_REGIONS_FILE) },
        LimitsRepository,
        ShowQuotas,
        ReservationsRepository,
        Ledger,
        ReserveImage,
        ReservationSweeper,
      ],
    };
  }
}
