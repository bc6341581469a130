import { randomUUID } from 'node:crypto';
import {
  GetImage,
  type HeldObject,
  HoldImage,
  type ShownImage,
  refusal,
  ReleaseHolds,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { imageRecord } from '@imago/contracts/testing';
import { requireAllowed } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { imageObjectKey } from '@imago/object-store';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { PROJECT, REGION } from './requests.ts';

type Held = ResponseOf<typeof HoldImage>;

/** What is special about an image of a test. */
export interface ImageTraits extends Partial<ShownImage> {
  /** Bytes of the disk in it. */
  readonly virtual_bytes?: bigint;
  readonly object?: Partial<HeldObject>;
}

/** The images catalog has, what is held of them, and what a test makes it answer. */
export class CatalogBook {
  readonly images = new Map<string, Held>();
  /** Which objects each holder holds. */
  readonly holds = new Map<string, Set<string>>();
  refuseHold: Error | null = null;
  refuseRelease: Error | null = null;
  /** Called when a hold is taken and not answered yet. */
  afterHold: () => Promise<void> = () => Promise.resolve();
  /** Called when holds have ended and that is not answered yet. */
  afterRelease: () => Promise<void> = () => Promise.resolve();

  /** Adds an image anybody of {@link PROJECT} may use; answers its id. */
  add({ virtual_bytes = 3n * 2n ** 30n, object: traits, ...change }: ImageTraits = {}): string {
    const id = randomUUID();
    const objectId = randomUUID();
    const object = {
      object_id: objectId,
      key: imageObjectKey(id, objectId),
      disk_format: 'qcow2' as const,
      size: '65536',
      virtual_size: virtual_bytes.toString(),
      index_hash: null,
      layers: [],
      ...traits,
    };
    this.images.set(id, { image: recordOf(id, change), object });
    return id;
  }

  /** Adds the image of a full machine with data disks of so many GiB; answers its id and theirs. */
  addMachine(...sizes: readonly number[]): { readonly id: string; readonly disks: readonly string[] } {
    const disks = sizes.map((min_disk) => this.add({ image_type: 'data_disk', min_disk, virtual_bytes: 2n ** 30n }));
    const data_disks = sizes.map((size_gib, at) => ({
      ...{ image_id: disks[at] ?? '', position: at + 1, size_gib, size: '65536', checksum: null },
    }));
    return { id: this.add({ image_type: 'full_machine', data_disks }), disks };
  }

  /** The holders of an image's bytes. */
  holders(imageId: string): string[] {
    const objectId = this.images.get(imageId)?.object.object_id ?? '';
    return [...this.holds].filter(([, objects]) => objects.has(objectId)).map(([holder]) => holder);
  }
}

@Controller()
export class CatalogController {
  constructor(private readonly book: CatalogBook) {}

  @OnRequest(HoldImage)
  async hold(@Payload() request: RequestOf<typeof HoldImage>, @Ctx() { context }: RequestCall): Promise<Held> {
    if (this.book.refuseHold !== null) throw this.book.refuseHold;
    const held = this.book.images.get(request.image_id);
    if (held?.image.region !== request.region) throw refusal('image.not_found', 'There is no such image.');
    const action = request.purpose === 'servers' ? 'image.use' : 'image.prove_boot';
    requireAllowed(action, context, held.image.owner === context.project_id ? 'owner' : 'none');
    for (const holder of request.disk_ids) {
      const objects = this.book.holds.get(holder) ?? new Set();
      this.book.holds.set(holder, objects.add(held.object.object_id));
    }
    await this.book.afterHold();
    return held;
  }

  @OnRequest(GetImage)
  async get(
    @Payload() request: RequestOf<typeof GetImage>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof GetImage>> {
    await Promise.resolve();
    const image = this.book.images.get(request.image_id)?.image;
    if (image?.region !== request.region) throw refusal('image.not_found', 'There is no such image.');
    const isPublic = image.visibility === 'public';
    requireAllowed('image.get', context, isPublic ? 'public' : image.owner === context.project_id ? 'owner' : 'none');
    return { image };
  }

  @OnRequest(ReleaseHolds)
  async release(
    @Payload() { disk_ids, object_id }: RequestOf<typeof ReleaseHolds>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ReleaseHolds>> {
    if (!context.roles.includes('service')) throw refusal('auth.forbidden', 'Only services may do this.');
    if (this.book.refuseRelease !== null) throw this.book.refuseRelease;
    let released = 0;
    for (const holder of disk_ids) {
      const objects = this.book.holds.get(holder) ?? new Set();
      for (const object of [...objects]) {
        if (object_id === null || object === object_id) released += objects.delete(object) ? 1 : 0;
      }
      if (objects.size === 0) this.book.holds.delete(holder);
    }
    await this.book.afterRelease();
    return { released };
  }
}

function recordOf(id: string, change: Partial<ShownImage>): ShownImage {
  const system = { name: 'debian 12', architecture: 'x86_64', os_distro: 'debian', os_version: '12', min_disk: 2 };
  const stored = { status: 'active', size: '65536', virtual_size: '3221225472' } as const;
  return imageRecord({ id, owner: PROJECT, region: REGION, ...system, ...stored, ...change });
}
