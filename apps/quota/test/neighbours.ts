import type { EventDefinition, EventEnvelope } from '@imago/contracts';
import { SUBSCRIPTIONS } from '@imago/contracts';
import { connectMessaging, inTransaction, MessagingModule, OnEvery, Outbox, RequestClient } from '@imago/messaging';
import { type PersistentService, PersistenceModule } from '@imago/persistence';
import type { INestApplication, Type } from '@nestjs/common';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import type { z } from 'zod';

/** Where the neighbours of quota run. */
export interface NeighbourAddresses {
  readonly runUrl: (service: PersistentService) => string;
  readonly amqpUrl: string;
  readonly contextKey: string;
}

/** Every event, in the order in which it came. */
export class EventRecorder {
  readonly events: EventEnvelope[] = [];

  /** What quota told about one subject. */
  about(subject: string): readonly EventEnvelope[] {
    return this.events.filter((event) => event.subject === subject && event.source === '/imago/quota');
  }

  typesAbout(subject: string): readonly string[] {
    return this.about(subject).map((event) => event.type);
  }
}

@Controller()
class RecorderController {
  constructor(private readonly recorder: EventRecorder) {}

  @OnEvery()
  // eslint-disable-next-line @typescript-eslint/require-await -- handlers answer promises
  async record(@Payload() event: EventEnvelope): Promise<void> {
    this.recorder.events.push(event);
  }
}

/** The services around quota, as far as quota can see them: real messaging, nothing behind it. */
export interface Neighbours {
  readonly recorder: EventRecorder;
  readonly requests: RequestClient;
  /** Publishes an event of catalog and answers its id. */
  publish<E extends EventDefinition>(event: E, subject: string, data: z.input<E['data']>): Promise<string>;
  /** Sends an event of catalog once more, as a relay does that died before it noted that it had. */
  sendAgain(eventId: string): Promise<void>;
  close(): Promise<void>;
}

export async function startNeighbours(addresses: NeighbourAddresses): Promise<Neighbours> {
  const recorder = new EventRecorder();
  const apps = await Promise.all([
    start('catalog', addresses),
    start('activity', addresses, { controller: RecorderController, provider: recorder }),
  ]);
  const [catalog] = apps;
  const outbox = catalog.get(Outbox);
  const dataSource = catalog.get(DataSource);
  return {
    recorder,
    requests: catalog.get(RequestClient),
    publish: (event, subject, data) =>
      inTransaction(dataSource, (tx) =>
        outbox.add(tx, { event, subject, data, project_id: 'tests', region: 'region-1' }, { correlation_id: 'tests' }),
      ),
    sendAgain: async (eventId) => {
      await dataSource.query('UPDATE catalog.outbox SET published_at = NULL WHERE id = $1', [eventId]);
    },
    close: async () => {
      for (const app of apps) await app.close();
    },
  };
}

interface Part {
  readonly controller: Type;
  readonly provider: EventRecorder;
}

async function start(
  service: PersistentService,
  addresses: NeighbourAddresses,
  part?: Part,
): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    imports: [
      PersistenceModule.forRoot({ service, url: addresses.runUrl(service) }),
      MessagingModule.forRoot({
        service,
        amqpUrl: addresses.amqpUrl,
        contextKey: addresses.contextKey,
        subscriptions: { ...SUBSCRIPTIONS, catalog: [] },
      }),
    ],
    controllers: part === undefined ? [] : [part.controller],
    providers: part === undefined ? [] : [{ provide: EventRecorder, useValue: part.provider }],
  }).compile();
  const app = module.createNestApplication({ logger: ['error', 'warn'] });
  await app.init();
  if (part !== undefined) await connectMessaging(app);
  return app;
}
