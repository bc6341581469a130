import { type HeldObject, ImageCapturedV1, type ShownImage } from '@imago/contracts';
import type { Extent } from '@imago/disk-image';
import type { StoredImage } from '@imago/image-transfer/testing';
import type { CaptureUnderTest } from './capture-under-test.ts';

/** A layer on an image, as catalog knows it once it is active. */
export interface LayeredImage {
  readonly image: ShownImage & { readonly size: string };
  readonly object: HeldObject;
  readonly allocated_bytes: string;
}

/** Captures a disk that was made from `base`; a worker must be at work. */
export async function captureLayer(
  captures: CaptureUnderTest,
  { base, content, changed }: { readonly base: StoredImage; readonly content: Buffer; readonly changed: Extent[] },
): Promise<LayeredImage> {
  const server = captures.compute.add({ content, changed, image_id: base.image_id, base: base.object });
  const { id } = await captures.request(server.id);
  const { image_id, object } = ImageCapturedV1.data.parse((await captures.looks.eventsOf(id)).at(-1)?.data);
  const { object_id, key, size, stored_size, virtual_size, index_hash, allocated_bytes } = object;
  const image: LayeredImage['image'] = {
    ...captures.image(image_id),
    status: 'active',
    disk_format: 'qcow2',
    size,
    virtual_size,
    index_hash,
  };
  const layered: LayeredImage = {
    image,
    object: {
      object_id,
      key,
      disk_format: 'qcow2',
      size: stored_size,
      virtual_size,
      index_hash,
      layers: [{ object_id: base.object.object_id, key: base.object.key, size: base.object.size }],
    },
    allocated_bytes,
  };
  captures.catalog.images.set(image.id, layered);
  return layered;
}
