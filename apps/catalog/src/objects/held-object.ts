import { type HeldObject, type LayerObject, refusal } from '@imago/contracts';
import type { ImageRow } from '../images/image.row.ts';
import type { ObjectRow } from './object.row.ts';

/**
 * What an image's disk is read from, in the words of whoever reads it. The line is the image's.
 * @throws Refusal server.image_unusable when its bytes are no disk.
 */
export function heldObject([object, ...under]: readonly ObjectRow[], image: ImageRow): HeldObject {
  if (object?.size == null || object.virtual_size == null) {
    throw new Error(`image ${image.id} is active and has no bytes`);
  }
  const { disk_format, virtual_size, index_hash } = object;
  if (disk_format !== 'raw' && disk_format !== 'qcow2') {
    const details = { disk_format, accepted: ['raw', 'qcow2'] };
    throw refusal(
      'server.image_unusable',
      `Image ${image.id} is a file of format ${disk_format ?? 'unknown'}, which is no disk a server could have.`,
      details,
    );
  }
  return { ...layerObject(object), disk_format, virtual_size, index_hash, layers: under.map(layerObject) };
}

/** An object by its place and its own bytes. */
export function layerObject({ id, key, size, stored_size }: ObjectRow): LayerObject {
  const bytes = stored_size ?? size;
  if (bytes === null) throw new Error(`object ${id} is sealed and has no size`);
  return { object_id: id, key, size: bytes };
}
