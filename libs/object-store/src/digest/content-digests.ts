import { DigestThread } from './digest-thread.ts';
import type { DigestRun } from './digest-task.ts';

/** The hashes clients compare a file with, in hex. */
export interface ContentHashes {
  readonly md5: string;
  readonly sha512: string;
}

export interface ContentSums extends ContentHashes {
  /** Of each part that came whole. */
  readonly crc32s: readonly number[];
}

/** The bytes are not those whose hashes are known. */
export class OtherContentError extends Error {
  override readonly name = 'OtherContentError';
  constructor() {
    super('The bytes do not have the SHA-512 that is known of them.');
  }
}

export interface DigestedContent {
  /** Bytes of each part whose checksum is made beside; none when left out. */
  readonly partSizes?: readonly number[];
  /** Of the content these bytes have to be: then one hash proves both, and the other need not be made. */
  readonly known?: ContentHashes | undefined;
}

/** MD5 and SHA-512 of bytes that come by in shared memory, at the same time, each on a thread of its own. */
export class ContentDigests {
  readonly #known: ContentHashes | undefined;
  readonly #md5: DigestThread | null;
  readonly #sha512: DigestThread;
  #closed: Promise<unknown> | undefined;

  constructor(memory: SharedArrayBuffer, { partSizes = [], known }: DigestedContent = {}) {
    this.#known = known;
    // The part checksums go to the thread of the faster hash.
    this.#md5 = known === undefined ? DigestThread.begin({ memory, algorithm: 'md5', partSizes: [] }) : null;
    this.#sha512 = DigestThread.begin({ memory, algorithm: 'sha512', partSizes });
  }

  /** Hashes the next bytes; resolves when their place in the memory may be filled again. */
  async hash(run: DigestRun): Promise<void> {
    await Promise.all([this.#md5?.hash(run), this.#sha512.hash(run)]);
  }

  /** @throws OtherContentError when they are known to be others */
  async finish(): Promise<ContentSums> {
    const [summed, { digest: sha512, crc32s }] = await Promise.all([this.#md5?.finish(), this.#sha512.finish()]);
    const md5 = summed?.digest ?? (this.#known?.sha512 === sha512 ? this.#known.md5 : null);
    if (md5 === null) throw new OtherContentError();
    return { md5, sha512, crc32s };
  }

  /** Lets go of the threads, once: after that they may be another's. */
  close(): Promise<unknown> {
    this.#closed ??= Promise.all([this.#md5?.close(), this.#sha512.close()]);
    return this.#closed;
  }
}
