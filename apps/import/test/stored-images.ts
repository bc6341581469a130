import {
  DescribeLayers,
  GetImage,
  type HeldObject,
  refusal,
  type RequestOf,
  type ResponseOf,
  type ShownImage,
} from '@imago/contracts';
import { imageRecord } from '@imago/contracts/testing';
import { type Relation, requireAllowed, type RequestContext } from '@imago/identity';
import { storeImage } from '@imago/image-transfer/testing';
import { OnRequest, type RequestCall } from '@imago/messaging';
import type { ObjectStore } from '@imago/object-store';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { PROJECT, REGION } from './requests.ts';

/** The images that catalog has, and where their bytes are. */
export class StoredImages {
  /** Those without bytes, which imports are to fill. */
  readonly empty = new Map<string, ShownImage>();
  readonly #images = new Map<string, { readonly image: ShownImage; readonly object: HeldObject }>();

  /** Stores a disk as an import does; from then on catalog knows it as an active image. */
  async add(store: ObjectStore, disk: Buffer, said: Partial<ShownImage> = {}): Promise<ShownImage> {
    const { image_id: id, object } = await storeImage(store, disk);
    const image = imageRecord({ id, owner: PROJECT, region: REGION, status: 'active', ...said });
    this.#images.set(id, { image, object });
    return image;
  }

  /** Catalog's answer about an image, as far as its caller may see it. */
  find(
    action: 'image.get',
    id: string,
    { roles, project_id }: RequestContext,
  ): { image: ShownImage; object: HeldObject } {
    const found = this.#images.get(id);
    if (found === undefined) throw refusal('image.not_found', 'There is no such image.');
    const { owner, visibility } = found.image;
    const relation: Relation = owner === project_id ? 'owner' : visibility === 'public' ? 'public' : 'none';
    requireAllowed(action, { roles }, relation);
    return found;
  }
}

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

@Controller()
export class StoredImagesController {
  constructor(private readonly images: StoredImages) {}

  @OnRequest(GetImage)
  async get(
    @Payload() { image_id }: RequestOf<typeof GetImage>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof GetImage>> {
    const empty = this.images.empty.get(image_id);
    return { image: empty ?? this.images.find('image.get', image_id, context).image };
  }

  @OnRequest(DescribeLayers)
  async describe(
    @Payload() { image_id }: RequestOf<typeof DescribeLayers>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof DescribeLayers>> {
    return this.images.find('image.get', image_id, context);
  }
}
