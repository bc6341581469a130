import type { Readable } from 'node:stream';

/** An object as a look at it tells. */
export interface ObjectFacts {
  readonly size: number;
  /** Without quotes. Changes whenever the bytes change, so a reader pins it. */
  readonly etag: string;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly last_modified: Date;
}

/** An unfinished upload. It costs space until it is completed or aborted. */
export interface MultipartUpload {
  readonly key: string;
  readonly upload_id: string;
}

export interface UploadedPart {
  readonly part_number: number;
  readonly etag: string;
}

export interface ReadOptions {
  /** First byte; 0 when absent. */
  readonly offset?: number;
  /** Bytes to read; to the end when absent. */
  readonly length?: number;
  /** Refuses to read other bytes than those of this ETag. */
  readonly etag?: string;
  readonly signal?: AbortSignal;
}

export interface RangeOptions extends ReadOptions {
  readonly length: number;
  /** Memory to fill, `length` bytes; new memory when absent. */
  readonly into?: Buffer;
}

/**
 * One bucket of an S3 store; the port every service reads and writes bytes through.
 *
 * Visibility: an object is seen by readers from the moment `put` or `completeMultipart` answers, whole, and never in
 * part. A multipart upload is seen by `listMultiparts` alone until then. Listings may lag behind; reads by key do not.
 * Errors: ObjectNotFoundError and ObjectChangedError are permanent; ObjectStoreUnavailableError may pass (the driver
 * has already tried again); any other ObjectStoreError is permanent. Every call can be aborted.
 */
export abstract class ObjectStore {
  /** @throws ObjectNotFoundError */
  abstract head(key: string, signal?: AbortSignal): Promise<ObjectFacts>;
  /**
   * Exactly the range asked for, in memory; a reply cut short is asked for again. Who reads much gives the memory: what
   * is made anew for every range stays with the process for long.
   * @throws ObjectNotFoundError | ObjectChangedError
   */
  abstract read(key: string, options: RangeOptions): Promise<Buffer>;
  /**
   * The range as a stream with back-pressure. It fails when the store sends fewer bytes than promised.
   * @throws ObjectNotFoundError | ObjectChangedError before the first byte
   */
  abstract stream(key: string, options?: ReadOptions): Promise<Readable>;
  /** Small objects only: one request, replaced whole. */
  abstract put(key: string, body: Buffer, signal?: AbortSignal): Promise<ObjectFacts>;
  abstract createMultipart(key: string, signal?: AbortSignal): Promise<MultipartUpload>;
  /** 5 MiB at least, except the last part. The same number again replaces the part. */
  abstract uploadPart(
    upload: MultipartUpload,
    partNumber: number,
    body: Buffer | readonly Buffer[],
    signal?: AbortSignal,
  ): Promise<UploadedPart>;
  /** @throws ObjectNotFoundError when the upload is gone: completed, aborted or swept. */
  abstract listParts(upload: MultipartUpload, signal?: AbortSignal): Promise<readonly UploadedPart[]>;
  /** @throws ObjectNotFoundError when the upload is gone: completed, aborted or swept. */
  abstract completeMultipart(
    upload: MultipartUpload,
    parts: readonly UploadedPart[],
    signal?: AbortSignal,
  ): Promise<ObjectFacts>;
  /** Nothing happens when the upload is gone. */
  abstract abortMultipart(upload: MultipartUpload, signal?: AbortSignal): Promise<void>;
  /** Every object whose key begins with the prefix, in key order, all pages. */
  abstract list(prefix: string, signal?: AbortSignal): Promise<readonly ListedObject[]>;
  abstract listMultiparts(prefix: string, signal?: AbortSignal): Promise<readonly MultipartUpload[]>;
  /** Keys that are not there count as deleted. Any number of keys. */
  abstract deleteMany(keys: readonly string[], signal?: AbortSignal): Promise<void>;
}
