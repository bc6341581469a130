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

/** Some of the objects of a bucket, in key order. */
export interface ListedPage {
  readonly objects: readonly ListedObject[];
  /** There are more behind them. */
  readonly more: boolean;
}

export interface PageOptions {
  /** 1 to 1000. */
  readonly limit: number;
  /** The key after which the page begins; from the first one when absent. */
  readonly after?: string;
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

/** Bytes of an object that a part is made of. */
export interface PartSource {
  /** Also another one of the same store. */
  readonly bucket: string;
  readonly key: string;
  /** What the bytes must be of. */
  readonly facts: ObjectFacts;
  readonly offset: number;
  readonly length: number;
}

export interface CompleteOptions {
  /** Only when there is no object under this key. */
  readonly ifAbsent?: boolean;
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
  /** Called when some of the bytes have come. */
  readonly onArrival?: () => void;
}

export interface DownloadLink {
  /** Seconds from now, 1 to {@link LONGEST_LINK}. */
  readonly expires_in: number;
  /** The name the file is saved under; any characters. */
  readonly filename: string;
}

export interface PartLinkOptions {
  /** Seconds from now, 1 to {@link LONGEST_LINK}. */
  readonly expires_in: number;
  /** Of the part: the store refuses a body of another size. */
  readonly bytes: number;
  /**
   * Of the part, in hex: the store refuses other bytes. MD5 because every store proves a part by it; S3's newer
   * checksums bind the whole upload to one algorithm from its beginning to its end, and some stores pass over them. It
   * tells damage on the way; what somebody means to send is hashed when the object is read back.
   */
  readonly md5: string;
}

/** Where a part is sent, by PUT. */
export interface PartLink {
  readonly url: string;
  /** What the request must carry besides its body. */
  readonly headers: Readonly<Record<string, string>>;
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
  /**
   * A part of bytes that the store has already: they do not travel. That takes a store that copies parts (S3 does, and
   * the embedded one; Swift only from objects of one part), a source in the same store, and a key that may read it. A
   * part that cannot be made like this can be read and uploaded: so do that on ObjectStoreUnsupportedError and
   * ObjectStoreAccessError. The ETag need
   * not be the one that the same bytes get when they are uploaded. Of a source of 5 MiB and less S3 gives all or nothing.
   * @throws ObjectChangedError when the source has other bytes than its ETag says; ObjectNotFoundError when it is gone, or
   * the upload is; ObjectStoreUnsupportedError | ObjectStoreAccessError
   */
  abstract copyPart(
    upload: MultipartUpload,
    partNumber: number,
    source: PartSource,
    signal?: AbortSignal,
  ): Promise<UploadedPart>;
  /** @throws ObjectNotFoundError when the upload is gone: completed, aborted or swept. */
  abstract listParts(upload: MultipartUpload, signal?: AbortSignal): Promise<readonly UploadedPart[]>;
  /**
   * @throws ObjectNotFoundError when the upload is gone: completed, aborted or swept. ObjectExistsError when it was asked
   *   not to write over an object; a store that knows no conditions writes over it, so look first.
   */
  abstract completeMultipart(
    upload: MultipartUpload,
    parts: readonly UploadedPart[],
    signal?: AbortSignal,
    options?: CompleteOptions,
  ): Promise<ObjectFacts>;
  /** Nothing happens when the upload is gone. */
  abstract abortMultipart(upload: MultipartUpload, signal?: AbortSignal): Promise<void>;
  /** Every object whose key begins with the prefix, in key order, all pages. */
  abstract list(prefix: string, signal?: AbortSignal): Promise<readonly ListedObject[]>;
  /** One page of them. A page may have fewer than its limit. */
  abstract listPage(prefix: string, page: PageOptions, signal?: AbortSignal): Promise<ListedPage>;
  abstract listMultiparts(prefix: string, signal?: AbortSignal): Promise<readonly MultipartUpload[]>;
  /** Keys that are not there count as deleted. Any number of keys. */
  abstract deleteMany(keys: readonly string[], signal?: AbortSignal): Promise<void>;
  /**
   * A link that reads the object, whole or in ranges, until it expires; whoever has it needs no key. It is made here,
   * without asking the store: it may lead to nothing, and is not taken back otherwise than by deleting the object.
   */
  abstract presignGet(key: string, link: DownloadLink): Promise<string>;
  /**
   * A link that takes one part of an upload, as often as it is sent until it expires or the upload ends, and no bytes
   * but those told here. The ETag that completes the upload is in the answer, and in {@link listParts}.
   */
  abstract presignUploadPart(upload: MultipartUpload, partNumber: number, link: PartLinkOptions): Promise<PartLink>;
}
