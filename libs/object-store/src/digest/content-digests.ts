import { DigestThread } from './digest-thread.ts';
import type { DigestOrder } from './digest-task.ts';

/** The hashes clients compare a file with. */
export interface ContentSums {
  /** Hex. */
  readonly md5: string;
  /** Hex. */
  readonly sha512: string;
  /** Of each part that came whole. */
  readonly crc32s: readonly number[];
}

/** MD5 and SHA-512 of bytes that come by in shared memory, at the same time, each on a thread of its own. */
export class ContentDigests {
  readonly #md5: DigestThread;
  readonly #sha512: DigestThread;

  constructor(memory: SharedArrayBuffer, partSizes: readonly number[] = []) {
    this.#md5 = new DigestThread({ memory, algorithm: 'md5', partSizes });
    this.#sha512 = new DigestThread({ memory, algorithm: 'sha512', partSizes: [] });
  }

  /** Hashes the next bytes; resolves when their place in the memory may be filled again. */
  async hash(run: Exclude<DigestOrder, 'end'>): Promise<void> {
    await Promise.all([this.#md5.hash(run), this.#sha512.hash(run)]);
  }

  async finish(): Promise<ContentSums> {
    const [summed, hashed] = await Promise.all([this.#md5.finish(), this.#sha512.finish()]);
    return { md5: summed.digest, sha512: hashed.digest, crc32s: summed.crc32s };
  }

  async close(): Promise<void> {
    await Promise.all([this.#md5.close(), this.#sha512.close()]);
  }
}
