import { randomUUID } from 'node:crypto';
import {
  AbandonImage,
  AllocateObject,
  BeginImport,
  BeginUpload,
  type DataOf,
  DomainError,
  type EventEnvelope,
  ImageDeletedV1,
  type ImageRecord,
  PreviewRegistration,
  refusal,
  RegisterImage,
  type RequestOf,
  type ResponseOf,
  type Service,
  SUBSCRIPTIONS,
  WithdrawImport,
} from '@imago/contracts';
import { registeredRecord } from '@imago/contracts/testing';
import { requireAllowed } from '@imago/identity';
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
import { imageObjectKey } from '@imago/object-store';
import { PersistenceModule } from '@imago/persistence';
import { Controller, type INestApplication, type Type } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { StoredImages, StoredImagesController } from './stored-images.ts';

/** Where the neighbours of import run. */
export interface NeighbourAddresses {
  readonly runUrl: (service: Service) => string;
  readonly amqpUrl: string;
  readonly contextKey: string;
}

/** What catalog was asked, and what a test makes it answer. */
export class CatalogBook {
  readonly registered = new Map<string, RequestOf<typeof RegisterImage>>();
  readonly abandoned: string[] = [];
  /** The key of each job's object. */
  readonly keys = new Map<string, { readonly object_id: string; readonly key: string }>();
  /** Registrations that were only talked of. */
  readonly previewed: RequestOf<typeof PreviewRegistration>[] = [];
  refuseRegistration: Error | null = null;
  /** Answers about registrations are held back until this is over. */
  silence: Promise<void> = Promise.resolve();
  refuseAllocation: Error | null = null;
  /** What the owner declared of the file that is uploaded. */
  declared: ResponseOf<typeof BeginUpload>['disk_format'] = 'raw';
  refuseUpload: Error | null = null;
  refuseBeginning: Error | null = null;
  /** Imports that catalog was told will not be. */
  readonly withdrawn: RequestOf<typeof WithdrawImport>[] = [];
  /** Bytes the project has room for. */
  room: string | null = null;
}

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

@Controller()
class CatalogController {
  constructor(private readonly book: CatalogBook) {}

  @OnRequest(RegisterImage)
  async register(
    @Payload() request: RequestOf<typeof RegisterImage>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof RegisterImage>> {
    requireAllowed('image.create', context, 'owner');
    if (this.book.refuseRegistration !== null) throw this.book.refuseRegistration;
    this.book.registered.set(request.image_id, request);
    return { image: registeredRecord(request, context.project_id), event_ids: [randomUUID()] };
  }

  @OnRequest(PreviewRegistration)
  async preview(
    @Payload() request: RequestOf<typeof PreviewRegistration>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof PreviewRegistration>> {
    await this.book.silence;
    this.book.previewed.push(request);
    const { region } = request;
    const images = { project_id: context.project_id, region, resource: 'images' as const, limit: 10, used: 3 };
    const refused = this.book.refuseRegistration;
    return { figures: [images], refusals: refused instanceof DomainError ? [refused.toDocument()] : [] };
  }

  @OnRequest(AbandonImage)
  async abandon(
    @Payload() { image_id }: RequestOf<typeof AbandonImage>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof AbandonImage>> {
    requireService(context.roles);
    this.book.registered.delete(image_id);
    this.book.abandoned.push(image_id);
    return { abandoned: true };
  }

  @OnRequest(AllocateObject)
  async allocate(
    @Payload() { image_id, job_id }: RequestOf<typeof AllocateObject>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof AllocateObject>> {
    requireService(context.roles);
    if (this.book.refuseAllocation !== null) throw this.book.refuseAllocation;
    const objectId = randomUUID();
    const known = this.book.keys.get(job_id) ?? { object_id: objectId, key: imageObjectKey(image_id, objectId) };
    this.book.keys.set(job_id, known);
    return known;
  }
}

@Controller()
class UploadsController {
  constructor(private readonly book: CatalogBook) {}

  @OnRequest(BeginUpload)
  async begin(
    @Payload() { image_id, upload_session_id }: RequestOf<typeof BeginUpload>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof BeginUpload>> {
    requireAllowed('image.upload', context, 'owner');
    if (this.book.refuseUpload !== null) throw this.book.refuseUpload;
    const objectId = randomUUID();
    const known = { object_id: objectId, key: imageObjectKey(image_id, objectId) };
    const object = this.book.keys.get(upload_session_id) ?? known;
    this.book.keys.set(upload_session_id, object);
    return { ...object, disk_format: this.book.declared, owner: context.project_id, room: this.book.room };
  }
}

@Controller()
class ImageImportsController {
  constructor(private readonly book: CatalogBook) {}

  @OnRequest(BeginImport)
  async begin(): Promise<ResponseOf<typeof BeginImport>> {
    if (this.book.refuseBeginning !== null) throw this.book.refuseBeginning;
    return { staged: { key: 'staged', size: '512' }, event_ids: [] };
  }

  @OnRequest(WithdrawImport)
  async withdraw(
    @Payload() request: RequestOf<typeof WithdrawImport>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof WithdrawImport>> {
    requireService(context.roles);
    this.book.withdrawn.push(request);
    return {};
  }
}

function requireService(roles: readonly string[]): void {
  if (!roles.includes('service')) throw refusal('auth.forbidden', 'Only services may do this.');
}

/** Every event, in the order in which it came. */
export class EventRecorder {
  readonly events: EventEnvelope[] = [];

  /** The events of one image's import. */
  about(imageId: string): readonly EventEnvelope[] {
    return this.events.filter((event) => event.subject === imageId && event.source === '/imago/import');
  }
}

@Controller()
class RecorderController {
  constructor(private readonly recorder: EventRecorder) {}

  @OnEvery()
  async record(@Payload() event: EventEnvelope): Promise<void> {
    this.recorder.events.push(event);
  }
}

/** The services around import, as far as import can see them: real messaging, a book behind it. */
export interface Neighbours {
  readonly catalog: CatalogBook;
  /** The images catalog has. */
  readonly stored: StoredImages;
  readonly recorder: EventRecorder;
  /** Asks as another service does. */
  readonly requests: RequestClient;
  /** Catalog says that an image is deleted. */
  deleteImage(image: ImageRecord): Promise<void>;
  /** An image as catalog knows it. */
  image(imageId: string): ImageRecord;
  close(): Promise<void>;
}

export async function startNeighbours(addresses: NeighbourAddresses): Promise<Neighbours> {
  const catalog = new CatalogBook();
  const stored = new StoredImages();
  const recorder = new EventRecorder();
  const catalogPart = {
    controllers: [CatalogController, UploadsController, ImageImportsController, StoredImagesController],
    providers: [
      { provide: CatalogBook, useValue: catalog },
      { provide: StoredImages, useValue: stored },
    ],
  };
  const recorderPart = {
    controllers: [RecorderController],
    providers: [{ provide: EventRecorder, useValue: recorder }],
  };
  const [catalogApp, activityApp] = await Promise.all([
    start('catalog', addresses, catalogPart),
    start('activity', addresses, recorderPart),
  ]);
  const outbox = catalogApp.get(Outbox);
  const db = catalogApp.get(DataSource);
  return {
    catalog,
    stored,
    recorder,
    requests: activityApp.get(RequestClient),
    image: (imageId) => {
      const registered = catalog.registered.get(imageId);
      if (registered === undefined) throw new Error(`image ${imageId} was never registered`);
      return registeredRecord(registered, 'tests');
    },
    deleteImage: async (image) => {
      const data: DataOf<typeof ImageDeletedV1> = { image: { ...image, status: 'deleted' }, members: [] };
      const fact = { event: ImageDeletedV1, subject: image.id, project_id: 'tests', region: image.region, data };
      await inTransaction(db, (tx) => outbox.add(tx, fact, { correlation_id: 'tests' }));
    },
    close: async () => {
      for (const app of [catalogApp, activityApp]) await app.close();
    },
  };
}

interface Part {
  readonly controllers: Type[];
  readonly providers: { readonly provide: Type; readonly useValue: object }[];
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
    controllers: part.controllers,
    providers: part.providers,
  }).compile();
  const app = module.createNestApplication({ logger: ['error', 'warn'] });
  await app.init();
  await connectMessaging(app);
  return app;
}
