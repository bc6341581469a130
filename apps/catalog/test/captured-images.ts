import { randomUUID } from 'node:crypto';
import {
  AllocateObject,
  DeleteImage,
  DescribeLayers,
  ImageCapturedV1,
  ImageFlattenedV1,
  LocateImageFile,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { indexKey } from '@imago/object-store';
import { eventually } from '@imago/testing';
import { expect } from 'vitest';
import { type CatalogUnderTest, REGION, tenant, worker } from './catalog-under-test.ts';
import { HeldImages, type StoredImage } from './held-images.ts';
import { capturedData, capturedObject, flattenedData, serverOrigin } from './requests.ts';
import type { MadeImage, SomeImages } from './some-images.ts';

export interface Allocated {
  readonly object_id: string;
  readonly key: string;
}

/** A second object for an image that is being flattened. */
export interface Flattening extends Allocated {
  readonly image_id: string;
  readonly job_id: string;
}

/** Images captured from servers, as the capture service brings them about. */
export class CapturedImages {
  readonly held: HeldImages;
  readonly images: SomeImages;

  constructor(private readonly catalog: CatalogUnderTest) {
    this.held = new HeldImages(catalog);
    this.images = this.held.images;
  }

  /** Asks for the object of an image in the making, as a layer on another object or whole. */
  allocate({ image_id, job_id, owner }: MadeImage, parent_object_id: string | null): Promise<Allocated> {
    const request = { image_id, region: REGION, job_id, parent_object_id };
    return this.catalog.ask(AllocateObject, request, worker(owner.project_id));
  }

  /** An active image that is a layer on an object, or whole. */
  async capture(on: Pick<StoredImage, 'object_id' | 'image_id'> | null, owner?: RequestContext): Promise<StoredImage> {
    const made = await this.images.register(owner);
    const object = await this.allocate(made, on?.object_id ?? null);
    const stored = capturedObject(object, on?.object_id ?? null);
    const origin = serverOrigin(on?.image_id ?? null);
    await this.write(object);
    await this.catalog.publish(ImageCapturedV1, made.image_id, capturedData(made, stored, origin));
    await eventually(async () => {
      expect(await this.images.show(made.image_id, made.owner)).toMatchObject({ status: 'active' });
    });
    return { ...made, ...object };
  }

  async write({ key }: Allocated): Promise<void> {
    await this.catalog.store.put(key, Buffer.from('data'));
    await this.catalog.store.put(indexKey(key), Buffer.from('index'));
  }

  async beginFlatten({ image_id, owner }: MadeImage, job_id: string = randomUUID()): Promise<Flattening> {
    const request = { image_id, region: REGION, job_id, purpose: 'flatten' as const };
    const object = await this.catalog.ask(AllocateObject, request, worker(owner.project_id));
    await this.write(object);
    return { image_id, job_id, ...object };
  }

  async flatten(image: StoredImage): Promise<StoredImage> {
    const { image_id, job_id, ...object } = await this.beginFlatten(image);
    await this.catalog.publish(ImageFlattenedV1, image_id, flattenedData(image_id, job_id, object));
    const whole = { ...image, ...object };
    await eventually(async () => {
      expect(await this.held.stateOf(whole)).toBe('sealed');
    });
    return whole;
  }

  remove({ image_id, owner }: MadeImage): Promise<unknown> {
    return this.catalog.ask(DeleteImage, { image_id, region: REGION }, owner);
  }

  locate({ image_id, owner }: MadeImage, context = owner): Promise<(typeof LocateImageFile)['response']['_output']> {
    return this.catalog.ask(LocateImageFile, { image_id, region: REGION }, context);
  }

  describe({ image_id, owner }: MadeImage): Promise<(typeof DescribeLayers)['response']['_output']> {
    return this.catalog.ask(DescribeLayers, { image_id, region: REGION }, worker(owner.project_id));
  }
}

/** Somebody of a project of their own. */
export function somebody(): RequestContext {
  return tenant(randomUUID());
}
