/** What a digest thread is to hash. */
export interface DigestTask {
  /** The ring the object's bytes come by in, shared with the thread that reads them. */
  readonly memory: SharedArrayBuffer;
  readonly algorithm: 'md5' | 'sha512';
  /** Sizes of the parts whose checksums this thread makes beside; empty for none. */
  readonly partSizes: readonly number[];
}

/** A run of the ring that holds the next bytes. */
export interface DigestRun {
  readonly offset: number;
  readonly length: number;
}

/** A task to begin, its runs in order, and its end. */
export type DigestOrder = DigestTask | DigestRun | 'end';

/** The answer to an order: to a run, that it may be filled again; to the end, the result. */
export type DigestReply = 'done' | DigestResult;

export interface DigestResult {
  readonly digest: string;
  readonly crc32s: readonly number[];
}
