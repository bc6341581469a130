import { createHash } from 'node:crypto';
import type { FileChecksum } from '@imago/contracts';
import { type ByteSource, fillFrom } from '@imago/disk-image';
import type { CheckedBlocks } from './checked-blocks.repository.ts';

/** Bytes of a SHA-256. */
export const BLOCK_HASH_BYTES = 32;
const SMALLEST_BLOCK = 2 ** 20;
/** Blocks a file is cut into at most: their hashes, 4 MiB then, are kept as one value. */
const MOST_BLOCKS = 2 ** 17;

export interface HashFileOptions {
  readonly algorithm: FileChecksum['algorithm'];
  readonly signal: AbortSignal;
  /** Bytes hashed so far. */
  readonly progress: (bytes: number) => void;
}

/** The hash of a whole file, and of each of its blocks. Two blocks of memory: the next is read while one is hashed. */
export async function hashFile(
  source: ByteSource,
  { algorithm, signal, progress }: HashFileOptions,
): Promise<CheckedBlocks & { readonly value: string }> {
  const block_size = blockSizeOf(source.size);
  const blocks = Math.ceil(source.size / block_size);
  const hashes = Buffer.alloc(blocks * BLOCK_HASH_BYTES);
  const whole = createHash(algorithm);
  const memory = [Buffer.allocUnsafeSlow(block_size), Buffer.allocUnsafeSlow(block_size)] as const;
  const read = async (block: number): Promise<Buffer> => {
    const offset = block * block_size;
    const target = memory[block % 2 === 0 ? 0 : 1].subarray(0, Math.min(block_size, source.size - offset));
    await fillFrom(source, offset, target, signal);
    return target;
  };
  let next = blocks > 0 ? read(0) : Promise.resolve(Buffer.alloc(0));
  for (let block = 0; block < blocks; block++) {
    const bytes = await next;
    if (block + 1 < blocks) next = read(block + 1);
    next.catch(() => undefined); // it is awaited in its turn
    whole.update(bytes);
    hashOf(bytes).copy(hashes, block * BLOCK_HASH_BYTES);
    progress(block * block_size + bytes.length);
  }
  return { value: whole.digest('hex'), block_size, hashes };
}

/** The hash of one block, as {@link hashFile} makes it. */
export function hashOf(block: Buffer): Buffer {
  return createHash('sha256').update(block).digest();
}

function blockSizeOf(size: number): number {
  let block = SMALLEST_BLOCK;
  while (size > block * MOST_BLOCKS) block *= 2;
  return block;
}
