import type { EventDefinition, EventEnvelope, ShownImage, RequestOf, ResponseOf, Service } from '@imago/contracts';
import { GetImage, GetLimit, refusal, SUBSCRIPTIONS } from '@imago/contracts';
import {
  connectMessaging,
  inTransaction,
  MessagingModule,
  OnEvery,
  OnRequest,
  Outbox,
  RequestClient,
  type RequestCall,
} from '@imago/messaging';
import { type PersistentService, PersistenceModule } from '@imago/persistence';
import { Controller, type INestApplication, type Type } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import type { z } from 'zod';

/** Where the neighbours of sharing run. */
export interface NeighbourAddresses {
  readonly runUrl: (service: PersistentService) => string;
  readonly amqpUrl: string;
  readonly contextKey: string;
}

/** What a test says of images and limits. */
export class World {
  readonly images = new Map<string, ShownImage>();
  /** Who sees which image beside its owner, by the answers catalog would know of. */
  readonly seenBy = new Map<string, ReadonlySet<string>>();
  limit = 10;
  /** Happens after catalog has answered for an image, before the answer is used. */
  meanwhile: () => Promise<unknown> = () => Promise.resolve();
}

@Controller()
class CatalogController {
  constructor(private readonly world: World) {}

  @OnRequest(GetImage)
  async get(
    @Payload() { image_id }: RequestOf<typeof GetImage>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof GetImage>> {
    const image = this.world.images.get(image_id);
    const { project_id, roles } = context;
    const isSeen =
      image !== undefined &&
      (image.owner === project_id ||
        roles.includes('admin') ||
        image.visibility === 'public' ||
        this.world.seenBy.get(image_id)?.has(project_id) === true);
    if (!isSeen) throw refusal('image.not_found', 'There is no such image.');
    await this.world.meanwhile();
    return { image };
  }
}

@Controller()
class QuotaController {
  constructor(private readonly world: World) {}

  @OnRequest(GetLimit)
  // eslint-disable-next-line @typescript-eslint/require-await -- handlers answer promises
  async limit(): Promise<ResponseOf<typeof GetLimit>> {
    return { limit: this.world.limit };
  }
}

/** Every event, in the order in which it came. */
export class EventRecorder {
  readonly events: EventEnvelope[] = [];

  /** What sharing told about one image. */
  about(imageId: string): readonly EventEnvelope[] {
    return this.events.filter(({ subject, source }) => subject === imageId && source === '/imago/sharing');
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

/** The services around sharing, as far as sharing can see them: real messaging, and what the test says behind it. */
export interface Neighbours {
  readonly world: World;
  readonly recorder: EventRecorder;
  readonly requests: RequestClient;
  /** Publishes an event of catalog and answers its id. */
  publish<E extends EventDefinition>(event: E, subject: string, data: z.input<E['data']>): Promise<string>;
  close(): Promise<void>;
}

export async function startNeighbours(addresses: NeighbourAddresses): Promise<Neighbours> {
  const world = new World();
  const recorder = new EventRecorder();
  const apps = await Promise.all([
    start('catalog', addresses, { controller: CatalogController, provider: { provide: World, useValue: world } }),
    start('quota', addresses, { controller: QuotaController, provider: { provide: World, useValue: world } }),
    start('activity', addresses, {
      controller: RecorderController,
      provider: { provide: EventRecorder, useValue: recorder },
    }),
  ]);
  const [catalog] = apps;
  return {
    world,
    recorder,
    requests: catalog.get(RequestClient),
    publish: (event, subject, data) =>
      inTransaction(catalog.get(DataSource), (tx) =>
        catalog
          .get(Outbox)
          .add(tx, { event, subject, data, project_id: 'tests', region: 'region-1' }, { correlation_id: 'tests' }),
      ),
    close: async () => {
      for (const app of apps) await app.close();
    },
  };
}

interface Part {
  readonly controller: Type;
  readonly provider: { readonly provide: Type; readonly useValue: object };
}

async function start(
  service: PersistentService & Service,
  addresses: NeighbourAddresses,
  { controller, provider }: Part,
): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    imports: [
      PersistenceModule.forRoot({ service, url: addresses.runUrl(service) }),
      MessagingModule.forRoot({
        service,
        amqpUrl: addresses.amqpUrl,
        contextKey: addresses.contextKey,
        registry: new Registry(),
        subscriptions: { ...SUBSCRIPTIONS, catalog: [], quota: [] },
      }),
    ],
    controllers: [controller],
    providers: [provider],
  }).compile();
  const app = module.createNestApplication({ logger: ['error', 'warn'] });
  await app.init();
  await connectMessaging(app);
  return app;
}
