export { ContentDigests } from './digest/content-digests.ts';
export type { ContentSums } from './digest/content-digests.ts';
export { digestObject } from './digest/digest-object.ts';
export type { DigestOptions, ObjectDigests } from './digest/digest-object.ts';
export { IMAGES_PREFIX, imageObjectKey, indexKey } from './object-keys.ts';
export {
  ObjectChangedError,
  ObjectNotFoundError,
  ObjectStoreAccessError,
  ObjectStoreError,
  ObjectStoreUnavailableError,
} from './object-store.errors.ts';
export { ObjectSource } from './object-source.ts';
export { ObjectStore } from './object-store.ts';
export type {
  ListedObject,
  MultipartUpload,
  ObjectFacts,
  RangeOptions,
  ReadOptions,
  UploadedPart,
} from './object-store.ts';
export { loadRegions, Regions, regionsFile } from './regions.ts';
export type { Region } from './regions.ts';
export { S3ObjectStore } from './s3-object-store.ts';
export { uploadedParts } from './uploaded-parts.ts';
export type { S3Limits, S3Settings } from './s3-object-store.ts';
