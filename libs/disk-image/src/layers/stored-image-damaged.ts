/**
 * The bytes in the store are not those of the image: a layer or an index is another one than was stored, or was changed.
 * Permanent, until somebody repairs the store.
 */
export class StoredImageDamagedError extends Error {
  override readonly name = 'StoredImageDamagedError';
}
