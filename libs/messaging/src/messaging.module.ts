import {
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { SUBSCRIPTIONS, type Service } from '@imago/contracts';
import type { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { AppliedEvents } from './applied-events.ts';
import { ConfirmedPublisher } from './confirmed-publisher.ts';
import { AmqpConnections } from './connections.ts';
import { EventServer } from './event-server.ts';
import { MessagingHealth } from './messaging-health.ts';
import { MessagingMetrics } from './metrics.ts';
import { Outbox } from './outbox.ts';
import { OutboxRelay } from './relay.ts';
import { RequestClient } from './request-client.ts';
import { RequestServer } from './request-server.ts';
import { serviceReportController } from './service-report.controller.ts';
import { RETRY_LADDER, type RetryStep, type Subscriptions } from './topology.ts';
import { afterCommit } from './transaction.ts';

export interface MessagingOptions {
  readonly service: Service;
  readonly amqpUrl: string;
  /** The key that signs the context of requests, in hex, at least 32 bytes; all services share it. */
  readonly contextKey: string;
  /** Where the metrics go; prom-client's default registry when absent. */
  readonly registry?: Registry;
  readonly subscriptions?: Subscriptions;
  /** Milliseconds before the quick tries of a failed handler. */
  readonly quickTries?: readonly number[];
  readonly ladder?: readonly RetryStep[];
  /** Event handlers at work at the same time; the rest of the database pool is for requests. */
  readonly concurrency?: number;
}

const QUICK_TRIES_MS = [50, 200, 800] as const;
const CONCURRENCY = 3;

/** Everything a service needs to publish, consume and ask. Needs a `DataSource` (PersistenceModule). */
@Module({})
export class MessagingModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private stopWaking: () => void = () => undefined;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(AmqpConnections) private readonly connections: AmqpConnections,
    @Inject(ConfirmedPublisher) private readonly publisher: ConfirmedPublisher,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
    @Inject(RequestClient) private readonly requests: RequestClient,
  ) {}

  static forRoot(options: MessagingOptions): DynamicModule {
    const { service } = options;
    const subscriptions = options.subscriptions ?? SUBSCRIPTIONS;
    const consumption = {
      quickTries: options.quickTries ?? QUICK_TRIES_MS,
      ladder: options.ladder ?? RETRY_LADDER,
      concurrency: options.concurrency ?? CONCURRENCY,
    };
    return {
      module: MessagingModule,
      global: true,
      controllers: service === 'gateway' ? [] : [serviceReportController(service)],
      providers: [
        { provide: MessagingMetrics, useFactory: () => new MessagingMetrics(service, options.registry) },
        {
          provide: AmqpConnections,
          useFactory: async () => {
            const connections = new AmqpConnections(options.amqpUrl, service);
            await connections.open();
            return connections;
          },
        },
        {
          provide: ConfirmedPublisher,
          useFactory: (connections: AmqpConnections) => new ConfirmedPublisher(connections),
          inject: [AmqpConnections],
        },
        {
          provide: AppliedEvents,
          useFactory: (dataSource: DataSource) => new AppliedEvents(service, dataSource),
          inject: [DataSource],
        },
        { provide: Outbox, useFactory: () => new Outbox(service) },
        {
          provide: OutboxRelay,
          useFactory: (dataSource: DataSource, connections: AmqpConnections, metrics: MessagingMetrics) =>
            new OutboxRelay({
              service,
              databaseUrl: urlOf(dataSource),
              connections,
              publisher: new ConfirmedPublisher(connections),
              metrics,
            }),
          inject: [DataSource, AmqpConnections, MessagingMetrics],
        },
        {
          provide: RequestClient,
          useFactory: (connections: AmqpConnections) => new RequestClient(connections, service, options.contextKey),
          inject: [AmqpConnections],
        },
        {
          provide: EventServer,
          useFactory: (
            dataSource: DataSource,
            connections: AmqpConnections,
            publisher: ConfirmedPublisher,
            metrics: MessagingMetrics,
          ) => new EventServer({ service, dataSource, connections, publisher, metrics, subscriptions, consumption }),
          inject: [DataSource, AmqpConnections, ConfirmedPublisher, MessagingMetrics],
        },
        {
          provide: RequestServer,
          useFactory: (connections: AmqpConnections, metrics: MessagingMetrics) =>
            new RequestServer({ service, connections, metrics, contextKey: options.contextKey }),
          inject: [AmqpConnections, MessagingMetrics],
        },
        {
          provide: MessagingHealth,
          useFactory: (dataSource: DataSource, events: EventServer, requests: RequestServer) =>
            new MessagingHealth(service, dataSource, [events, requests]),
          inject: [DataSource, EventServer, RequestServer],
        },
      ],
      exports: [
        AppliedEvents,
        Outbox,
        OutboxRelay,
        RequestClient,
        EventServer,
        RequestServer,
        MessagingHealth,
        MessagingMetrics,
      ],
    };
  }

  /** The topology stands since the migrate step, so the relay may begin. */
  onApplicationBootstrap(): void {
    this.stopWaking = afterCommit(this.dataSource, (published) => {
      if (published) this.relay.wake();
    });
    this.relay.start();
  }

  /** After the servers have drained: their last events leave, then the connections close. */
  async onApplicationShutdown(): Promise<void> {
    this.stopWaking();
    await this.relay.stop();
    await this.requests.close();
    await this.publisher.close();
    await this.connections.close();
  }
}

function urlOf(dataSource: DataSource): string {
  const { url } = dataSource.options as PostgresDataSourceOptions;
  if (url === undefined) throw new Error('the data source of a service is given by a URL');
  return url;
}
