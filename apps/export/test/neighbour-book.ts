import { randomUUID } from 'node:crypto';
import { type HeldObject, type ShownImage, refusal } from '@imago/contracts';
import { imageRecord } from '@imago/contracts/testing';
import type { StoredImage } from '@imago/image-transfer/testing';
import { CopyBook } from './copy-book.ts';
import { PROJECT, REGION } from './requests.ts';

/** The images there are, and the buckets that are assigned. */
export class NeighbourBook {
  readonly images = new Map<string, { image: ShownImage; object: HeldObject }>();
  readonly copies = new CopyBook();
  /** `project bucket`. */
  readonly assigned = new Set<string>();

  /** An image of a project whose bytes are stored, as catalog knows it. */
  add(stored: StoredImage, change: Partial<ShownImage> = {}): ShownImage {
    const { object, file_size: size } = stored;
    const facts = { disk_format: 'qcow2', size, index_hash: object.index_hash } as const;
    const image = imageRecord({
      ...facts,
      id: randomUUID(),
      owner: PROJECT,
      region: REGION,
      status: 'active',
      ...change,
    });
    this.images.set(image.id, { image, object });
    return image;
  }

  /** An image that is kept as it was uploaded. */
  addFile(file: Pick<HeldObject, 'object_id' | 'key' | 'size'>, change: Pick<ShownImage, 'disk_format'>): ShownImage {
    const object: HeldObject = { ...file, disk_format: 'raw', virtual_size: file.size, index_hash: null, layers: [] };
    const id = randomUUID();
    const image = imageRecord({ id, owner: PROJECT, region: REGION, status: 'active', size: file.size, ...change });
    this.images.set(id, { image, object });
    return image;
  }

  find(imageId: string): { image: ShownImage; object: HeldObject } {
    const found = this.images.get(imageId);
    if (found === undefined) throw refusal('image.not_found', 'There is no such image.');
    return found;
  }
}
