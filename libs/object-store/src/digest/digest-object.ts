import { addAbortSignal, type Readable } from 'node:stream';
import { ContentDigests, type ContentSums, type DigestedContent } from './content-digests.ts';

/** What a read-back tells of an object. */
export interface ObjectDigests extends ContentSums {
  readonly size: number;
}

export interface DigestOptions extends DigestedContent {
  readonly signal: AbortSignal;
  /** Bytes read so far. */
  readonly progress: (bytesRead: number) => void;
}

/** Bytes handed to the threads at once: enough to make the handing over cheap. */
const RUN = 2 ** 20;
/** Runs on their way; all the memory a read-back takes. */
const RUNS = 4;

/**
 * Hashes a stream with MD5 and SHA-512 at the same time, each on a thread of its own; this one only moves bytes. The
 * bytes lie once, in a ring both threads read. @throws OtherContentError when they are known to be others
 */
export async function digestObject(stream: Readable, options: DigestOptions): Promise<ObjectDigests> {
  const memory = new SharedArrayBuffer(RUN * RUNS);
  const digests = new ContentDigests(memory, options);
  try {
    const ring = new Ring(memory, digests);
    const size = await pour(addAbortSignal(options.signal, stream), ring, options);
    return { size, ...(await digests.finish()) };
  } finally {
    await digests.close();
  }
}

async function pour(stream: Readable, ring: Ring, { signal, progress }: DigestOptions): Promise<number> {
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      await ring.write(chunk);
      size += chunk.length;
      progress(size);
    }
    await ring.drain();
  } catch (error) {
    signal.throwIfAborted(); // then the error is only the echo of it
    throw error;
  }
  return size;
}

/** The shared memory: filled run by run, each filled again only when both threads are done with it. */
class Ring {
  readonly #bytes: Buffer;
  readonly #digests: ContentDigests;
  readonly #busy: Promise<unknown>[] = Array.from({ length: RUNS }, () => Promise.resolve());
  #run = 0;
  #filled = 0;

  constructor(memory: SharedArrayBuffer, digests: ContentDigests) {
    this.#bytes = Buffer.from(memory);
    this.#digests = digests;
  }

  async write(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length;) {
      const room = RUN - this.#filled;
      const copied = chunk.copy(this.#bytes, this.#run * RUN + this.#filled, at, at + room);
      at += copied;
      this.#filled += copied;
      if (this.#filled === RUN) await this.#handOver();
    }
  }

  /** Resolves when everything written is hashed. */
  async drain(): Promise<void> {
    if (this.#filled > 0) await this.#handOver();
    await Promise.all(this.#busy);
  }

  async #handOver(): Promise<void> {
    const run = { offset: this.#run * RUN, length: this.#filled };
    const hashed = this.#digests.hash(run);
    hashed.catch(() => undefined); // whoever fills this run next meets it
    this.#busy[this.#run] = hashed;
    this.#run = (this.#run + 1) % RUNS;
    this.#filled = 0;
    await this.#busy[this.#run];
  }
}
