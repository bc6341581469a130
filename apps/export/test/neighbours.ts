import {
  DescribeLayers,
  type EventEnvelope,
  FindBucket,
  GetImage,
  ImageDeactivatedV1,
  ImageDeletedV1,
  type ShownImage,
  type RequestOf,
  type ResponseOf,
  type Service,
  SUBSCRIPTIONS,
} from '@imago/contracts';
import { requireAllowed } from '@imago/identity';
import {
  connectMessaging,
  inTransaction,
  MessagingModule,
  type NewEvent,
  OnEvery,
  OnRequest,
  Outbox,
  type RequestCall,
  RequestClient,
} from '@imago/messaging';
import { PersistenceModule } from '@imago/persistence';
import { Controller, type INestApplication, type Type } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { CopyCatalogController } from './copy-neighbour.ts';
import { NeighbourBook } from './neighbour-book.ts';
import { requireService } from './require-service.ts';

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

@Controller()
class CatalogController {
  constructor(private readonly book: NeighbourBook) {}

  @OnRequest(GetImage)
  async get(
    @Payload() { image_id }: RequestOf<typeof GetImage>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof GetImage>> {
    const { image } = this.book.find(image_id);
    const others = { public: 'public', shared: 'accepted', private: 'none', community: 'none' } as const;
    requireAllowed('image.get', context, image.owner === context.project_id ? 'owner' : others[image.visibility]);
    return { image };
  }

  @OnRequest(DescribeLayers)
  async describe(
    @Payload() { image_id }: RequestOf<typeof DescribeLayers>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof DescribeLayers>> {
    requireService(context.roles);
    return this.book.find(image_id);
  }
}

@Controller()
class ImportController {
  constructor(private readonly book: NeighbourBook) {}

  @OnRequest(FindBucket)
  async find(
    @Payload() { project_id, bucket }: RequestOf<typeof FindBucket>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof FindBucket>> {
    requireService(context.roles);
    return { assigned: this.book.assigned.has(`${project_id} ${bucket}`) };
  }
}

/** Every event, in the order in which it came. */
export class EventRecorder {
  readonly events: EventEnvelope[] = [];
}

@Controller()
class RecorderController {
  constructor(private readonly recorder: EventRecorder) {}

  @OnEvery()
  async record(@Payload() event: EventEnvelope): Promise<void> {
    this.recorder.events.push(event);
  }
}

/* eslint-enable @typescript-eslint/require-await */

/** Where the neighbours of export run. */
export interface NeighbourAddresses {
  readonly runUrl: (service: Service) => string;
  readonly amqpUrl: string;
  readonly contextKey: string;
}

/** The services around export, as far as export can see them: real messaging, a book behind it. */
export interface Neighbours {
  readonly book: NeighbourBook;
  readonly recorder: EventRecorder;
  /** Asks as another service does. */
  readonly requests: RequestClient;
  /** Catalog deletes an image and says so, in the event whose id is the answer; nothing is erased. */
  deleteImage(imageId: string): Promise<string>;
  /** Catalog deletes an image in the making and says so. */
  deleteCopy(imageId: string): Promise<string>;
  /** Catalog closes an image and says so. */
  deactivateImage(imageId: string): Promise<string>;
  /** Catalog says of an image that is open that it was closed, as a message that comes late does. */
  sayDeactivated(imageId: string): Promise<string>;
  close(): Promise<void>;
}

export async function startNeighbours(addresses: NeighbourAddresses): Promise<Neighbours> {
  const book = new NeighbourBook();
  const recorder = new EventRecorder();
  const apps = await Promise.all([
    start('catalog', addresses, { controllers: [CatalogController, CopyCatalogController], book }),
    start('import', addresses, { controllers: [ImportController], book }),
    start('activity', addresses, { controllers: [RecorderController], book: recorder }),
  ]);
  const [catalog, , activity] = apps;
  const say = (fact: NewEvent) =>
    inTransaction(catalog.get(DataSource), (tx) => catalog.get(Outbox).add(tx, fact, { correlation_id: 'tests' }));
  const about = ({ id, owner, region }: ShownImage) => ({ subject: id, project_id: owner, region });
  const sayDeactivated = (image: ShownImage) =>
    say({ event: ImageDeactivatedV1, ...about(image), data: { image: { ...image, status: 'deactivated' } } });
  return {
    book,
    recorder,
    requests: activity.get(RequestClient),
    deleteImage: (imageId) => {
      const { image } = book.find(imageId);
      book.images.delete(imageId);
      return say({
        event: ImageDeletedV1,
        ...about(image),
        data: { image: { ...image, status: 'deleted' }, members: [] },
      });
    },
    deleteCopy: (imageId) => {
      const image = book.copies.image(imageId);
      return say({
        event: ImageDeletedV1,
        ...about(image),
        data: { image: { ...image, status: 'deleted' }, members: [] },
      });
    },
    deactivateImage: (imageId) => {
      const { image, object } = book.find(imageId);
      book.images.set(imageId, { image: { ...image, status: 'deactivated' }, object });
      return sayDeactivated(image);
    },
    sayDeactivated: (imageId) => sayDeactivated(book.find(imageId).image),
    close: async () => {
      for (const app of apps) await app.close();
    },
  };
}

interface Part {
  readonly controllers: Type[];
  readonly book: object;
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
        subscriptions: { ...SUBSCRIPTIONS, catalog: [], import: [] },
      }),
    ],
    controllers: part.controllers,
    providers: [{ provide: part.book.constructor, useValue: part.book }],
  }).compile();
  const app = module.createNestApplication({ logger: ['error', 'warn'] });
  await app.init();
  await connectMessaging(app);
  return app;
}
