/**
 * What lies where in the bucket of a region:
 *
 *     images/<image id>/<object id>          the bytes of an image, a standard qcow2
 *     images/<image id>/<object id>.index    the hash of each of its clusters
 *     uploads/<upload id>                    a file its owner sends in parts, until an image is made of it
 *     unpacked/<job id>/<id>                 what was in a packed file, until its import has ended
 *
 * What is under `images/` belongs to catalog, what is under `uploads/` and `unpacked/` to import. All ids are UUIDs: of one length, so no key is a prefix of another image's or object's, and everything that begins
 * with the key of an object belongs to it. A key is given to one writer and never written again: a second import of the
 * same file gets another object id.
 */
export const IMAGES_PREFIX = 'images/';
export const UPLOADS_PREFIX = 'uploads/';
export const UNPACKED_PREFIX = 'unpacked/';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws Error when an id is no UUID in lower case: any other text could reach out of the image's own keys. */
export function imageObjectKey(imageId: string, objectId: string): string {
  return `${IMAGES_PREFIX}${partOfKey(imageId)}/${partOfKey(objectId)}`;
}

/** @throws Error when the id is no UUID in lower case */
export function uploadObjectKey(uploadId: string): string {
  return `${UPLOADS_PREFIX}${partOfKey(uploadId)}`;
}

/** What begins the keys of all that an import has unpacked. @throws Error when the id is no UUID in lower case */
export function unpackedPrefix(jobId: string): string {
  return `${UNPACKED_PREFIX}${partOfKey(jobId)}/`;
}

/** The key of the cluster index that belongs to an object. */
export function indexKey(key: string): string {
  return `${key}.index`;
}

function partOfKey(id: string): string {
  if (!UUID.test(id)) throw new Error(`${JSON.stringify(id)} cannot be part of an object key`);
  return id;
}
