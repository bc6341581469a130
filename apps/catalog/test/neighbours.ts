import type { EventDefinition, EventEnvelope, RequestOf, ResponseOf, Service } from '@imago/contracts';
import { PreviewReservation, refusal, ReserveImage, SUBSCRIPTIONS } from '@imago/contracts';
import type { RequestCall } from '@imago/messaging';
import {
  connectMessaging,
  inTransaction,
  MessagingModule,
  OnEvery,
  OnRequest,
  Outbox,
  RequestClient,
} from '@imago/messaging';
import { PersistenceModule } from '@imago/persistence';
import type { INestApplication, Type } from '@nestjs/common';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import type { z } from 'zod';

/** Where the neighbours of catalog run. */
export interface NeighbourAddresses {
  readonly runUrl: (service: Service) => string;
  readonly amqpUrl: string;
  readonly contextKey: string;
}

/** What a test says about the quota, and what was asked of it. */
export class QuotaBook {
  readonly reserved: RequestOf<typeof ReserveImage>[] = [];
  limit = Infinity;
  /** What the answers name as the limit; the real quota may have forgotten a reservation and still name it. */
  named = 1_000_000;
  /** GiB of storage that a project may use and does not. */
  storageGib = 20_480;
  expiresInMs = 60_000;
  /** Answers are held back until this is over. */
  silence: Promise<void> = Promise.resolve();
}

@Controller()
class QuotaController {
  constructor(private readonly book: QuotaBook) {}

  @OnRequest(ReserveImage)
  async reserve(
    @Payload() request: RequestOf<typeof ReserveImage>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ReserveImage>> {
    if (!call.context.roles.includes('service')) throw refusal('auth.forbidden', 'Only services reserve.');
    const { book } = this;
    if (book.reserved.length >= book.limit)
      throw refusal('quota.images_exceeded', 'No place is left.', { limit: book.limit });
    book.reserved.push(request);
    await book.silence;
    const { project_id, region } = request;
    return {
      expires_at: new Date(Date.now() + book.expiresInMs).toISOString(),
      figures: { project_id, region, resource: 'images', limit: book.named, used: book.reserved.length },
    };
  }

  @OnRequest(PreviewReservation)
  // eslint-disable-next-line @typescript-eslint/require-await -- handlers answer promises
  async preview(
    @Payload() { project_id, region, storage_gib }: RequestOf<typeof PreviewReservation>,
  ): Promise<ResponseOf<typeof PreviewReservation>> {
    const { limit, named, reserved } = this.book;
    const full = refusal('quota.storage_exceeded', `There is no room for ${storage_gib} GiB.`);
    return {
      figures: [
        { project_id, region, resource: 'images', limit: named, used: reserved.length },
        { project_id, region, resource: 'storage_gib', limit: this.book.storageGib, used: 0 },
      ],
      refusals: reserved.length < limit ? [] : [full.toDocument()],
    };
  }
}

/** Every event, in the order in which it came. */
export class EventRecorder {
  readonly events: EventEnvelope[] = [];

  /** The events about one subject. */
  about(subject: string): readonly EventEnvelope[] {
    return this.events.filter((event) => event.subject === subject);
  }

  /** What happened to an image; what its owner is charged for it is told beside that, and tested by itself. */
  typesAbout(subject: string, source = '/imago/catalog'): readonly string[] {
    return this.about(subject)
      .filter((event) => event.source === source && event.type !== 'ImageStorageChanged')
      .map((event) => event.type);
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

/** The services around catalog, as far as catalog can see them: real messaging, nothing behind it. */
export interface Neighbours {
  readonly quota: QuotaBook;
  readonly recorder: EventRecorder;
  readonly requests: RequestClient;
  /** Publishes an event of import, capture, export, compute or sharing and answers its id. */
  publish<E extends EventDefinition>(event: E, subject: string, data: z.input<E['data']>): Promise<string>;
  close(): Promise<void>;
}

export async function startNeighbours(addresses: NeighbourAddresses): Promise<Neighbours> {
  const quota = new QuotaBook();
  const recorder = new EventRecorder();
  const apps = await Promise.all([
    start('quota', addresses, { controller: QuotaController, provider: { provide: QuotaBook, useValue: quota } }),
    start('activity', addresses, {
      controller: RecorderController,
      provider: { provide: EventRecorder, useValue: recorder },
    }),
    start('import', addresses),
    start('capture', addresses),
    start('sharing', addresses),
    start('export', addresses),
    start('compute', addresses),
  ]);
  const [, , importApp, captureApp, sharingApp, exportApp, computeApp] = apps;
  const publishers: Partial<Record<Service, INestApplication>> = {
    capture: captureApp,
    sharing: sharingApp,
    export: exportApp,
    compute: computeApp,
  };
  return {
    quota,
    recorder,
    requests: importApp.get(RequestClient),
    publish: (event, subject, data) => {
      const app = publishers[event.service] ?? importApp;
      const fact = { event, subject, data, project_id: 'tests', region: 'region-1' };
      return inTransaction(app.get(DataSource), (tx) => app.get(Outbox).add(tx, fact, { correlation_id: 'tests' }));
    },
    close: async () => {
      for (const app of apps) await app.close();
    },
  };
}

interface Part {
  readonly controller: Type;
  readonly provider: { readonly provide: Type; readonly useValue: object };
}

async function start(service: Service, addresses: NeighbourAddresses, part?: Part): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    imports: [
      PersistenceModule.forRoot({ service, url: addresses.runUrl(service) }),
      MessagingModule.forRoot({
        service,
        amqpUrl: addresses.amqpUrl,
        contextKey: addresses.contextKey,
        registry: new Registry(),
        subscriptions: { ...SUBSCRIPTIONS, quota: [], import: [], capture: [], export: [], sharing: [], compute: [] },
      }),
    ],
    controllers: part === undefined ? [] : [part.controller],
    providers: part === undefined ? [] : [part.provider],
  }).compile();
  const app = module.createNestApplication({ logger: ['error', 'warn'] });
  await app.init();
  if (part !== undefined) await connectMessaging(app);
  return app;
}
