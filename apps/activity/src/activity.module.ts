import { MessagingModule } from '@imago/messaging';
import { PersistenceModule } from '@imago/persistence';
import { type DynamicModule, Module } from '@nestjs/common';
import { BoardController } from './board/board.controller.ts';
import { BoardRepository } from './board/board.repository.ts';
import { FindJobs } from './board/find-jobs.ts';
import { JobRow } from './board/job.row.ts';
import type { ActivityConfig } from './config.ts';
import { EventsController } from './events.controller.ts';
import { FindEvents } from './log/find-events.ts';
import { FindImageEvents } from './log/find-image-events.ts';
import { LogController } from './log/log.controller.ts';
import { LogRepository } from './log/log.repository.ts';
import { LogRow } from './log/log.row.ts';

/** The tables of this service, for its data source and for the drift check. */
export const ACTIVITY_ENTITIES = [LogRow, JobRow];

/** Activity, composed: the one place that knows all its parts. */
@Module({})
export class ActivityModule {
  static forRoot(config: Pick<ActivityConfig, 'DATABASE_URL' | 'AMQP_URL' | 'IMAGO_CONTEXT_KEY'>): DynamicModule {
    return {
      module: ActivityModule,
      imports: [
        PersistenceModule.forRoot({ service: 'activity', url: config.DATABASE_URL, entities: ACTIVITY_ENTITIES }),
        MessagingModule.forRoot({
          service: 'activity',
          amqpUrl: config.AMQP_URL,
          contextKey: config.IMAGO_CONTEXT_KEY,
        }),
      ],
      controllers: [EventsController, LogController, BoardController],
      providers: [LogRepository, FindImageEvents, FindEvents, BoardRepository, FindJobs],
    };
  }
}
