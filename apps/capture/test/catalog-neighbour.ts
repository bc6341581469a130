import { randomUUID } from 'node:crypto';
import {
  AbandonImage,
  AllocateObject,
  DescribeLayers,
  GetImage,
  type HeldObject,
  type ShownImage,
  refusal,
  RegisterImage,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { requireAllowed } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { imageObjectKey } from '@imago/object-store';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { registeredRecord } from '@imago/contracts/testing';
import { requireService } from './require-service.ts';

/** What catalog was asked, and what a test makes it answer. */
export class CatalogBook {
  readonly registered = new Map<string, RequestOf<typeof RegisterImage>>();
  readonly abandoned: string[] = [];
  /** The object each job writes for its image, and what it was asked for as; those of other images of a machine by both ids. */
  readonly objects = new Map<
    string,
    { readonly object_id: string; readonly key: string; readonly parent: string | null; readonly purpose: string }
  >();
  /** Images that are there already. */
  readonly images = new Map<string, { readonly image: ShownImage; readonly object: HeldObject }>();
  /** Images that may still be registered. */
  room = Infinity;
  refuseRegistration: Error | null = null;
  refuseAllocation: Error | null = null;
  refuseParents = false;
}

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

@Controller()
export class CatalogController {
  constructor(private readonly book: CatalogBook) {}

  @OnRequest(RegisterImage)
  async register(
    @Payload() request: RequestOf<typeof RegisterImage>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof RegisterImage>> {
    requireAllowed('image.create', context, 'owner');
    if (this.book.refuseRegistration !== null) throw this.book.refuseRegistration;
    if (!this.book.registered.has(request.image_id)) {
      if (this.book.room === 0) throw refusal('quota.images_exceeded', 'No place is left.', { limit: 2, used: 2 });
      this.book.room -= 1;
    }
    this.book.registered.set(request.image_id, request);
    return { image: registeredRecord(request, context.project_id), event_ids: [randomUUID()] };
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
    @Payload() { image_id, job_id, parent_object_id, purpose }: RequestOf<typeof AllocateObject>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof AllocateObject>> {
    requireService(context.roles);
    if (this.book.refuseAllocation !== null) throw this.book.refuseAllocation;
    const isOther = [...this.book.registered.values()].some(({ data_disks }) =>
      data_disks.some((disk) => disk.image_id === image_id),
    );
    const name = isOther ? `${job_id} ${image_id}` : job_id;
    const known = this.book.objects.get(name);
    if (known !== undefined) return known;
    if (parent_object_id !== null && this.book.refuseParents) {
      throw refusal('image.parent_unusable', 'It lies under too many layers.');
    }
    const objectId = randomUUID();
    const key = imageObjectKey(image_id, objectId);
    const object = { object_id: objectId, key, parent: parent_object_id, purpose };
    this.book.objects.set(name, object);
    return object;
  }

  @OnRequest(GetImage)
  async get(
    @Payload() { image_id }: RequestOf<typeof GetImage>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof GetImage>> {
    const { image } = this.#find(image_id);
    requireAllowed('image.get', context, image.owner === context.project_id ? 'owner' : relationTo(image));
    return { image };
  }

  @OnRequest(DescribeLayers)
  async describe(
    @Payload() { image_id }: RequestOf<typeof DescribeLayers>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof DescribeLayers>> {
    requireService(context.roles);
    return this.#find(image_id);
  }

  #find(imageId: string): { image: ShownImage; object: HeldObject } {
    const found = this.book.images.get(imageId);
    if (found === undefined) throw refusal('image.not_found', 'There is no such image.');
    return found;
  }
}

function relationTo({ visibility }: ShownImage): 'public' | 'none' {
  return visibility === 'public' ? 'public' : 'none';
}
