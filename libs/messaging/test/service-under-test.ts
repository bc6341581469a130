import 'reflect-metadata';
import { type DataOf, type EventEnvelope, QuotaReleasedV1, QuotaReservedV1, type Service } from '@imago/contracts';
import { PersistenceModule } from '@imago/persistence';
import { Controller, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import {
  connectMessaging,
  type EventContext,
  inTransaction,
  MessagingHealth,
  MessagingModule,
  type MessagingOptions,
  OnEvent,
  OnEvery,
  Outbox,
  RequestClient,
  type RetryStep,
  type Subscriptions,
} from '../src/index.ts';
import { reserved } from './facts.ts';

/** Who listens to what here: quota publishes, catalog and import listen. */
export const SUBSCRIPTIONS_UNDER_TEST: Subscriptions = {
  gateway: [],
  catalog: [QuotaReservedV1, QuotaReleasedV1],
  import: [QuotaReservedV1],
  quota: [],
  compute: [],
  capture: [],
  export: [],
  sharing: [],
  activity: [],
};

/** Short, so that a test goes down the whole ladder. */
export const LADDER_UNDER_TEST: readonly RetryStep[] = [
  { name: 'short', delay_ms: 50 },
  { name: 'longer', delay_ms: 100 },
];

export type QuotaEvent = EventEnvelope<DataOf<typeof QuotaReservedV1>>;
export type HandleEvent = (event: QuotaEvent, context: EventContext) => Promise<void>;

export interface ServiceAddresses {
  readonly databaseUrl: string;
  readonly amqpUrl: string;
  readonly contextKey: string;
}

export interface ServiceOptions extends Partial<Omit<MessagingOptions, 'service'>> {
  readonly service: Service;
  /** Handles what the service listens to here. */
  readonly handle?: HandleEvent;
  readonly controllers?: readonly Type[];
}

/** One running service, complete but for what it is for. */
export interface ServiceUnderTest {
  readonly app: INestApplication;
  readonly db: DataSource;
  readonly requests: RequestClient;
  readonly health: MessagingHealth;
  /** States in one transaction that an image's place was reserved (`used` numbers the fact); answers the event's id. */
  reserve(subject: string, used?: number): Promise<string>;
  stop(): Promise<void>;
}

export async function startService(addresses: ServiceAddresses, options: ServiceOptions): Promise<ServiceUnderTest> {
  const { service, handle, controllers = [], ...messaging } = options;
  class ServiceModule {}
  const module = {
    module: ServiceModule,
    imports: [
      PersistenceModule.forRoot({ service, url: addresses.databaseUrl }),
      MessagingModule.forRoot({
        service,
        amqpUrl: addresses.amqpUrl,
        contextKey: addresses.contextKey,
        registry: new Registry(),
        subscriptions: SUBSCRIPTIONS_UNDER_TEST,
        ladder: LADDER_UNDER_TEST,
        quickTries: [5],
        ...messaging,
      }),
    ],
    controllers: [...controllers, ...(handle === undefined ? [] : [consumerOf(service, handle)])],
  };
  const app = await NestFactory.create(module, { logger: false, abortOnError: false });
  try {
    await app.init();
    await connectMessaging(app);
  } catch (error) {
    await app.close();
    throw error;
  }
  const db = app.get(DataSource);
  return {
    app,
    db,
    requests: app.get(RequestClient),
    health: app.get(MessagingHealth),
    reserve: (subject, used = 0) =>
      inTransaction(db, (tx) => app.get(Outbox).add(tx, reserved(subject, used), { correlation_id: 'test' })),
    stop: () => app.close(),
  };
}

/** Writes a row per call: an effect applied twice shows. */
export async function writeEffect(event: QuotaEvent, { tx }: EventContext): Promise<void> {
  await tx.query('INSERT INTO effects (event_id, subject, used) VALUES ($1, $2, $3)', [
    event.id,
    event.subject,
    event.data.used,
  ]);
}

function consumerOf(service: Service, handle: HandleEvent): Type {
  @Controller()
  class ActivityConsumer {
    @OnEvery()
    every(@Payload() event: EventEnvelope, @Ctx() context: EventContext): Promise<void> {
      return handle(event as QuotaEvent, context);
    }
  }
  @Controller()
  class Consumer {
    @OnEvent(QuotaReservedV1)
    reserved(@Payload() event: QuotaEvent, @Ctx() context: EventContext): Promise<void> {
      return handle(event, context);
    }
  }
  @Controller()
  class CatalogConsumer extends Consumer {
    @OnEvent(QuotaReleasedV1)
    released(@Payload() event: QuotaEvent, @Ctx() context: EventContext): Promise<void> {
      return handle(event, context);
    }
  }
  if (service === 'activity') return ActivityConsumer;
  return service === 'catalog' ? CatalogConsumer : Consumer;
}
