export { ContentDigests, OtherContentError } from './digest/content-digests.ts';
export type { ContentHashes, ContentSums } from './digest/content-digests.ts';
export { digestObject } from './digest/digest-object.ts';
export type { DigestOptions, ObjectDigests } from './digest/digest-object.ts';
export { LONGEST_LINK } from './links.ts';
export { IMAGES_PREFIX, imageObjectKey, indexKey, uploadObjectKey, UPLOADS_PREFIX } from './object-keys.ts';
export { UNPACKED_PREFIX, unpackedPrefix } from './object-keys.ts';
export {
  ObjectChangedError,
  ObjectExistsError,
  ObjectNotFoundError,
  ObjectStoreAccessError,
  ObjectStoreError,
  ObjectStoreUnavailableError,
  ObjectStoreUnsupportedError,
} from './object-store.errors.ts';
export { ObjectSource } from './object-source.ts';
export { ObjectStore } from './object-store.ts';
export type {
  CompleteOptions,
  DownloadLink,
  ListedObject,
  ListedPage,
  MultipartUpload,
  ObjectFacts,
  PageOptions,
  PartLink,
  PartLinkOptions,
  PartSource,
  RangeOptions,
  ReadOptions,
  UploadedPart,
} from './object-store.ts';
export { loadRegions, Regions, regionsFile } from './regions.ts';
export type { Region } from './regions.ts';
export { S3ObjectStore } from './s3-object-store.ts';
export { etagOfParts, uploadedParts } from './uploaded-parts.ts';
export type { ConnectionGuard } from './wire-request.ts';
export type { S3Limits, S3Settings } from './s3-object-store.ts';
