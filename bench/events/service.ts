import 'reflect-metadata';
import { type EventDefinition, QuotaReservedV1, type Service, SERVICES } from '@imago/contracts';
import { connectMessaging, MessagingModule, OnEvent, type Subscriptions } from '@imago/messaging';
import { PersistenceModule } from '@imago/persistence';
import { Controller, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { __decorate, __param } from 'tslib';

/** Where a service of the bench finds its servers. */
export interface Addresses {
  readonly databaseUrl: string;
  readonly amqpUrl: string;
  readonly contextKey: string;
}

/** Only one listens, and to one event. */
export const SUBSCRIPTIONS = Object.fromEntries(
  SERVICES.map((service): [Service, EventDefinition[]] => [service, service === 'catalog' ? [QuotaReservedV1] : []]),
) as Record<Service, EventDefinition[]> satisfies Subscriptions;

/** What a receiver does with an event: nothing, so that what is measured is the messaging. */
export type Receive = (subject: string) => void;

/** A service as all of ours are, with nothing but messaging in it. */
export async function startService(
  service: 'quota' | 'catalog',
  { databaseUrl, amqpUrl, contextKey }: Addresses,
  receive: Receive | null = null,
): Promise<INestApplication> {
  class BenchModule {}
  const module = {
    module: BenchModule,
    imports: [
      PersistenceModule.forRoot({ service, url: databaseUrl }),
      MessagingModule.forRoot({ service, amqpUrl, contextKey, subscriptions: SUBSCRIPTIONS }),
    ],
    controllers: receive === null ? [] : [receiverOf(receive)],
  };
  const app = await NestFactory.create(module, { logger: false });
  await app.init();
  await connectMessaging(app);
  return app;
}

/** Node runs this file as it is, and knows no decorators: they are put on by hand. */
function receiverOf(receive: Receive): new () => object {
  class Receiver {
    handle({ subject }: { readonly subject: string }): Promise<void> {
      receive(subject);
      return Promise.resolve();
    }
  }
  const onEvent = OnEvent(QuotaReservedV1) as MethodDecorator;
  __decorate([onEvent, __param(0, Payload()), __param(1, Ctx())], Receiver.prototype, 'handle', null);
  return __decorate([Controller()], Receiver) as new () => object;
}
