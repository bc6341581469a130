import { type EventDefinition, type EventEnvelope, type Service, SUBSCRIPTIONS } from '@imago/contracts';
import { connectMessaging, inTransaction, MessagingModule, OnEvery, Outbox, RequestClient } from '@imago/messaging';
import { PersistenceModule } from '@imago/persistence';
import { Controller, type INestApplication, type Type } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { CatalogBook, CatalogController } from './catalog-book.ts';

/** Where the neighbours of compute run. */
export interface NeighbourAddresses {
  readonly runUrl: (service: Service) => string;
  readonly amqpUrl: string;
  readonly contextKey: string;
}

/** Every event, in the order in which it came. */
export class EventRecorder {
  readonly events: EventEnvelope[] = [];

  /** The events of one server or one job. */
  about(subject: string): readonly EventEnvelope[] {
    return this.events.filter((event) => event.subject === subject);
  }
}

@Controller()
class RecorderController {
  constructor(private readonly recorder: EventRecorder) {}

  @OnEvery()
  async record(@Payload() event: EventEnvelope): Promise<void> {
    await Promise.resolve();
    this.recorder.events.push(event);
  }
}

/** The services around compute, as far as compute can see them: real messaging, a book behind it. */
export interface Neighbours {
  readonly catalog: CatalogBook;
  readonly recorder: EventRecorder;
  /** Asks as another service does. */
  readonly requests: RequestClient;
  /** Publishes an event of catalog. */
  publish<E extends EventDefinition<'catalog'>>(event: E, subject: string, data: z.input<E['data']>): Promise<string>;
  close(): Promise<void>;
}

export async function startNeighbours(addresses: NeighbourAddresses): Promise<Neighbours> {
  const catalog = new CatalogBook();
  const recorder = new EventRecorder();
  const catalogPart = { controller: CatalogController, provider: { provide: CatalogBook, useValue: catalog } };
  const recorderPart = { controller: RecorderController, provider: { provide: EventRecorder, useValue: recorder } };
  const [catalogApp, activityApp] = await Promise.all([
    start('catalog', addresses, catalogPart),
    start('activity', addresses, recorderPart),
  ]);
  return {
    catalog,
    recorder,
    requests: activityApp.get(RequestClient),
    publish: (event, subject, data) => {
      const fact = { event, subject, data, project_id: 'tests', region: 'region-1' };
      return inTransaction(catalogApp.get(DataSource), (tx) =>
        catalogApp.get(Outbox).add(tx, fact, { correlation_id: 'tests' }),
      );
    },
    close: async () => {
      for (const app of [catalogApp, activityApp]) await app.close();
    },
  };
}

interface Part {
  readonly controller: Type;
  readonly provider: { readonly provide: Type; readonly useValue: object };
}

async function start(service: Service, addresses: NeighbourAddresses, part: Part): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    imports: [
      PersistenceModule.forRoot({ service, url: addresses.runUrl(service) }),
      MessagingModule.forRoot({
        service,
        amqpUrl: addresses.amqpUrl,
        contextKey: addresses.contextKey,
        registry: new Registry(),
        subscriptions: { ...SUBSCRIPTIONS, catalog: [] },
      }),
    ],
    controllers: [part.controller],
    providers: [part.provider],
  }).compile();
  const app = module.createNestApplication({ logger: ['error', 'warn'] });
  await app.init();
  await connectMessaging(app);
  return app;
}
