export { readObject, sha256, storeImage } from './stored-image.ts';
export type { StoredImage } from './stored-image.ts';
