import { createHash } from 'node:crypto';
import { ContentDigests, type MultipartUpload, type ObjectStore, type UploadedPart } from '@imago/object-store';
import { SLAB, type Slab, SlabPool } from './slab-pool.ts';

/** Where a file goes, and how much of it may be in memory. */
export interface FileTarget {
  readonly store: ObjectStore;
  readonly upload: MultipartUpload;
  /** Bytes of each of the first thousand parts; each thousand after that is larger by as much again. */
  readonly partSize: number;
  /** The most bytes that will come. */
  readonly most: number;
  /** Ends everything; its reason is what is thrown. */
  readonly signal: AbortSignal;
}

/** A file that is stored whole, as parts. */
export interface StoredParts {
  readonly parts: readonly UploadedPart[];
  readonly size: number;
  readonly md5: string;
  readonly sha512: string;
}

/** Slabs in memory where parts are small: one part being filled, three being sent. */
const SLABS = 64;

/**
 * A file as it comes in. Its bytes are copied once, into memory that the hash threads read and the store is sent from,
 * and the sender is read no faster than the slowest of these. What is in memory never exceeds two parts or 64 MiB.
 */
export class ReceivedFile {
  readonly #target: FileTarget;
  readonly #pool: SlabPool;
  readonly #failed = new AbortController();
  readonly #signal: AbortSignal;
  readonly #parts: UploadedPart[] = [];
  readonly #sending = new Set<Promise<void>>();
  #digests: ContentDigests | undefined;
  #part: { slab: Slab; hashed: Promise<void> }[] = [];
  #partNumber = 1;
  #slab: Slab | undefined;
  #size = 0;

  constructor(target: FileTarget) {
    this.#target = target;
    this.#signal = AbortSignal.any([target.signal, this.#failed.signal]);
    const slabs = Math.max(1, Math.ceil(target.most / SLAB));
    this.#pool = new SlabPool(Math.min(slabs, allowance(target.partSize, lastPart(target))));
  }

  get size(): number {
    return this.#size;
  }

  /** Resolves when there is room for more. @throws what the store, or the reason of the signal, says. */
  async write(chunk: Buffer): Promise<void> {
    this.#signal.throwIfAborted();
    this.#size += chunk.length;
    for (let at = 0; at < chunk.length;) {
      this.#slab ??= await this.#pool.take(allowance(this.#target.partSize, this.#partNumber), this.#signal);
      const slab = this.#slab;
      const copied = chunk.copy(slab.bytes, slab.filled, at);
      at += copied;
      slab.filled += copied;
      if (slab.filled === SLAB) this.#endSlab(slab);
    }
  }

  /** Resolves when everything is stored and hashed. @throws as {@link write} */
  async finish(): Promise<StoredParts> {
    const sums = this.#digests === undefined ? this.#hashAlone() : undefined;
    if (this.#slab !== undefined) this.#endSlab(this.#slab, sums !== undefined);
    if (this.#part.length > 0) this.#sendPart();
    await Promise.all(this.#sending);
    this.#signal.throwIfAborted();
    const { md5, sha512 } = sums ?? (await this.#requireDigests().finish());
    const parts = this.#parts.toSorted((one, other) => one.part_number - other.part_number);
    return { parts, size: this.#size, md5, sha512 };
  }

  /** Lets go of threads; resolves when nothing is sent to the store any more. */
  async close(): Promise<void> {
    this.#failed.abort(new Error('The file is received no more.'));
    await Promise.allSettled(this.#sending);
    await this.#digests?.close();
  }

  #endSlab(slab: Slab, isHashed = false): void {
    const run = { offset: slab.offset, length: slab.filled };
    const hashed = isHashed ? Promise.resolve() : this.#requireDigests().hash(run);
    hashed.catch((error: unknown) => {
      this.#failed.abort(error);
    });
    this.#part.push({ slab, hashed });
    this.#slab = undefined;
    if (this.#part.length * SLAB >= sizeOfPart(this.#target.partSize, this.#partNumber)) this.#sendPart();
  }

  #sendPart(): void {
    const part = this.#part;
    const sending = this.#send(this.#partNumber, part).then(
      () => {
        this.#sending.delete(sending);
      },
      (error: unknown) => {
        this.#failed.abort(error);
      },
    );
    this.#sending.add(sending);
    this.#part = [];
    this.#partNumber += 1;
  }

  async #send(number: number, part: readonly { slab: Slab; hashed: Promise<void> }[]): Promise<void> {
    const { store, upload } = this.#target;
    const body = part.map(({ slab }) => slab.bytes.subarray(0, slab.filled));
    this.#parts.push(await store.uploadPart(upload, number, body, this.#signal));
    for (const { slab, hashed } of part) {
      await hashed;
      this.#pool.give(slab);
    }
  }

  #requireDigests(): ContentDigests {
    this.#digests ??= new ContentDigests(this.#pool.memory);
    return this.#digests;
  }

  /** Two threads cost more than the hashes of a file that fits into one slab. */
  #hashAlone(): { readonly md5: string; readonly sha512: string } {
    const bytes = this.#slab?.bytes.subarray(0, this.#slab.filled) ?? Buffer.alloc(0);
    const hash = (algorithm: string): string => createHash(algorithm).update(bytes).digest('hex');
    return { md5: hash('md5'), sha512: hash('sha512') };
  }
}

function sizeOfPart(partSize: number, number: number): number {
  return partSize * Math.ceil(number / 1000);
}

/** Slabs that may be in memory while this part is filled: it and one that is sent at least. */
function allowance(partSize: number, number: number): number {
  return Math.max(SLABS, (2 * sizeOfPart(partSize, number)) / SLAB);
}

function lastPart({ most, partSize }: FileTarget): number {
  let number = 1;
  for (let left = most; left > sizeOfPart(partSize, number); number += 1) left -= sizeOfPart(partSize, number);
  return number;
}
