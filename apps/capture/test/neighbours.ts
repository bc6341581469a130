import {
  type DataOf,
  type EventEnvelope,
  ImageDeletedV1,
  type ShownImage,
  ImageReadyV1,
  type Service,
  SUBSCRIPTIONS,
} from '@imago/contracts';
import { registeredRecord } from '@imago/contracts/testing';
import {
  connectMessaging,
  inTransaction,
  MessagingModule,
  type NewEvent,
  OnEvery,
  Outbox,
  RequestClient,
} from '@imago/messaging';
import { PersistenceModule } from '@imago/persistence';
import { Controller, type INestApplication, type Type } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { CatalogBook, CatalogController } from './catalog-neighbour.ts';
import { ComputeBook, ComputeController } from './compute-neighbour.ts';
import { PROJECT } from './requests.ts';
import { ServerExports } from './server-exports.ts';

/** Where the neighbours of capture run. */
export interface NeighbourAddresses {
  readonly runUrl: (service: Service) => string;
  readonly amqpUrl: string;
  readonly contextKey: string;
}

/** Every event, in the order in which it came. */
export class EventRecorder {
  readonly events: EventEnvelope[] = [];

  /** What capture said about one image. */
  about(imageId: string): readonly EventEnvelope[] {
    return this.events.filter((event) => event.subject === imageId && event.source === '/imago/capture');
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

/** The services around capture, as far as capture can see them: real messaging, a book behind it. */
export interface Neighbours {
  readonly catalog: CatalogBook;
  readonly compute: ComputeBook;
  readonly recorder: EventRecorder;
  /** Asks as another service does. */
  readonly requests: RequestClient;
  /** Catalog says that an image is deleted. */
  deleteImage(image: ShownImage): Promise<void>;
  /** Catalog says that an image is ready. */
  imageReady(image: ShownImage, correlationId: string): Promise<void>;
  /** An image as catalog knows it. */
  image(imageId: string): ShownImage;
  close(): Promise<void>;
}

export async function startNeighbours(addresses: NeighbourAddresses): Promise<Neighbours> {
  const catalog = new CatalogBook();
  const compute = new ComputeBook(await ServerExports.open());
  const recorder = new EventRecorder();
  const [catalogApp, activityApp, computeApp] = await Promise.all([
    start('catalog', addresses, { controller: CatalogController, book: catalog }),
    start('activity', addresses, { controller: RecorderController, book: recorder }),
    start('compute', addresses, { controller: ComputeController, book: compute }),
  ]);
  const outbox = catalogApp.get(Outbox);
  const db = catalogApp.get(DataSource);
  const say = (fact: NewEvent, correlation_id: string) =>
    inTransaction(db, async (tx) => {
      await outbox.add(tx, fact, { correlation_id });
    });
  const about = ({ id, owner, region }: ShownImage) => ({ subject: id, project_id: owner, region });
  return {
    catalog,
    compute,
    recorder,
    requests: activityApp.get(RequestClient),
    image: (imageId) => {
      const registered = catalog.registered.get(imageId);
      if (registered === undefined) throw new Error(`image ${imageId} was never registered`);
      return registeredRecord(registered, PROJECT);
    },
    deleteImage: (image) => {
      const data: DataOf<typeof ImageDeletedV1> = { image: { ...image, status: 'deleted' }, members: [] };
      return say({ event: ImageDeletedV1, ...about(image), data }, 'tests');
    },
    imageReady: (image, correlationId) => say({ event: ImageReadyV1, ...about(image), data: { image } }, correlationId),
    close: async () => {
      for (const app of [catalogApp, activityApp, computeApp]) await app.close();
      await compute.exports.close();
    },
  };
}

interface Part {
  readonly controller: Type;
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
        subscriptions: { ...SUBSCRIPTIONS, catalog: [], compute: [] },
      }),
    ],
    controllers: [part.controller],
    providers: [{ provide: part.book.constructor, useValue: part.book }],
  }).compile();
  const app = module.createNestApplication({ logger: ['error', 'warn'] });
  await app.init();
  await connectMessaging(app);
  return app;
}
