import { MessagingModule } from '@imago/messaging';
import { AddressRules, AllowList, DnsResolver, HostResolver, OutboundGuard } from '@imago/outbound';
import { PersistenceModule, SecretBox } from '@imago/persistence';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { BoardController } from './board/board.controller.ts';
import { BoardRepository } from './board/board.repository.ts';
import { JobWatch } from './board/job-watch.ts';
import { FindJobs } from './board/find-jobs.ts';
import { JobRow } from './board/job.row.ts';
import { ReportJobs } from './board/report-jobs.ts';
import { ACTIVITY_CONFIG } from './config-token.ts';
import type { ActivityConfig } from './config.ts';
import { EventsController } from './events.controller.ts';
import { FindAudit } from './log/find-audit.ts';
import { FindImageEvents } from './log/find-image-events.ts';
import { LogController } from './log/log.controller.ts';
import { LogRepository } from './log/log.repository.ts';
import { LogRow } from './log/log.row.ts';
import { LogViewerRow } from './log/log-viewer.row.ts';
import { CreateWebhook } from './webhooks/create-webhook.ts';
import { DeleteWebhook } from './webhooks/delete-webhook.ts';
import { DeliveriesController } from './webhooks/deliveries.controller.ts';
import { DeliveriesRepository } from './webhooks/deliveries.repository.ts';
import { DeliveryQueue } from './webhooks/delivery-queue.ts';
import { DeliverySweeper } from './webhooks/delivery-sweeper.ts';
import { DeliveryWorker } from './webhooks/delivery-worker.ts';
import { DeliveryRow } from './webhooks/delivery.row.ts';
import { FindWebhooks } from './webhooks/find-webhooks.ts';
import { OutboundClient } from './webhooks/outbound-client.ts';
import { Receivers } from './webhooks/receivers.ts';
import { SendAgain } from './webhooks/send-again.ts';
import { SettleAttempt } from './webhooks/settle-attempt.ts';
import { UpdateWebhook } from './webhooks/update-webhook.ts';
import { WebhookAccess } from './webhooks/webhook-access.ts';
import { WebhookSender } from './webhooks/webhook-sender.ts';
import { WebhookSecrets } from './webhooks/webhook-secrets.ts';
import { WebhookRow } from './webhooks/webhook.row.ts';
import { WebhooksController } from './webhooks/webhooks.controller.ts';
import { WebhooksRepository } from './webhooks/webhooks.repository.ts';

/** The tables of this service, for its data source and for the drift check. */
export const ACTIVITY_ENTITIES = [LogRow, LogViewerRow, JobRow, WebhookRow, DeliveryRow];

/** Activity, composed: the one place that knows all its parts. */
@Module({})
export class ActivityModule {
  static forRoot(config: ActivityConfig): DynamicModule {
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
      controllers: [EventsController, LogController, BoardController, WebhooksController, DeliveriesController],
      providers: [
        { provide: ACTIVITY_CONFIG, useValue: config },
        LogRepository,
        FindImageEvents,
        FindAudit,
        BoardRepository,
        FindJobs,
        ReportJobs,
        JobWatch,
        ...outbound(config),
        {
          provide: SecretBox,
          useFactory: () => new SecretBox(config.ACTIVITY_WEBHOOK_KEY, 'webhook.secret_unreadable'),
        },
        WebhookSecrets,
        WebhooksRepository,
        DeliveriesRepository,
        DeliveryQueue,
        WebhookAccess,
        Receivers,
        CreateWebhook,
        UpdateWebhook,
        DeleteWebhook,
        FindWebhooks,
        SendAgain,
        WebhookSender,
        SettleAttempt,
        DeliveryWorker,
        DeliverySweeper,
      ],
    };
  }
}

/** The way out to where tenants say. */
function outbound(config: ActivityConfig): Provider[] {
  const rules = new AddressRules(AllowList.parse(config.ACTIVITY_WEBHOOK_ALLOW));
  const limits = {
    connectSeconds: config.ACTIVITY_WEBHOOK_CONNECT_SECONDS,
    wholeSeconds: config.ACTIVITY_WEBHOOK_TIMEOUT_SECONDS,
  };
  return [
    { provide: HostResolver, useClass: DnsResolver },
    {
      provide: OutboundGuard,
      useFactory: (resolver: HostResolver) => new OutboundGuard(rules, resolver, config.ACTIVITY_WEBHOOK_HTTP),
      inject: [HostResolver],
    },
    {
      provide: OutboundClient,
      useFactory: (guard: OutboundGuard) => new OutboundClient(guard, limits),
      inject: [OutboundGuard],
    },
  ];
}
