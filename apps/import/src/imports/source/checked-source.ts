import { refusal } from '@imago/contracts';
import { assertRange, type ByteSource, fillFrom } from '@imago/disk-image';
import type { CheckedBlocks } from './checked-blocks.repository.ts';
import { BLOCK_HASH_BYTES, hashOf } from './hash-file.ts';

/** Blocks that are kept for the next read: tables of a disk are read in pieces much smaller than a block. */
const KEPT = 4;

/**
 * A file whose checksum was right, read once more: every byte is of a block that hashes as it did then. Without this a
 * server could send the good file to the check, and another one to the import.
 */
export class CheckedSource implements ByteSource {
  readonly #kept = new Map<number, Promise<Buffer>>();

  constructor(
    private readonly source: ByteSource,
    private readonly blocks: CheckedBlocks,
    private readonly uri: string,
  ) {}

  get size(): number {
    return this.source.size;
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    const target = Buffer.allocUnsafeSlow(length);
    await this.readInto(offset, target, signal);
    return target;
  }

  /** @throws Refusal import.source_changed */
  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    assertRange(this, offset, target.length);
    const { block_size } = this.blocks;
    const end = offset + target.length;
    const firstWhole = Math.ceil(offset / block_size);
    // The last block of the file is whole though it is shorter.
    const afterWhole = end === this.size ? Math.ceil(end / block_size) : Math.floor(end / block_size);
    if (firstWhole < afterWhole) await this.#readWhole(firstWhole, afterWhole, { offset, target, signal });
    const edges = new Set([Math.floor(offset / block_size), Math.floor((end - 1) / block_size)]);
    for (const block of edges) {
      if (target.length === 0 || (block >= firstWhole && block < afterWhole)) continue;
      const bytes = await this.#block(block, signal);
      const start = block * block_size;
      bytes.copy(target, Math.max(0, start - offset), Math.max(0, offset - start), end - start);
    }
  }

  /** Whole blocks go straight to where they are wanted. */
  async #readWhole(
    first: number,
    after: number,
    { offset, target, signal }: { offset: number; target: Buffer; signal: AbortSignal | undefined },
  ): Promise<void> {
    const { block_size } = this.blocks;
    const start = first * block_size;
    const part = target.subarray(start - offset, Math.min(after * block_size, this.size) - offset);
    await fillFrom(this.source, start, part, signal);
    for (let block = first; block < after; block++)
      this.#require(block, part.subarray((block - first) * block_size, (block - first + 1) * block_size));
  }

  async #block(block: number, signal: AbortSignal | undefined): Promise<Buffer> {
    const kept = this.#kept.get(block);
    const reading = kept ?? this.#readBlock(block, signal);
    this.#kept.delete(block);
    this.#kept.set(block, reading);
    reading.catch(() => this.#kept.delete(block));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return reading;
  }

  async #readBlock(block: number, signal: AbortSignal | undefined): Promise<Buffer> {
    const { block_size } = this.blocks;
    const start = block * block_size;
    const bytes = await this.source.read(start, Math.min(block_size, this.size - start), signal);
    this.#require(block, bytes);
    return bytes;
  }

  #require(block: number, bytes: Buffer): void {
    const known = this.blocks.hashes.subarray(block * BLOCK_HASH_BYTES, (block + 1) * BLOCK_HASH_BYTES);
    if (hashOf(bytes).equals(known)) return;
    throw refusal('import.source_changed', `${this.uri} was not sent the same a second time.`);
  }
}
