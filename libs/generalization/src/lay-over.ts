import type { Patch } from './generalization.ts';

/** Lays patches over bytes that were read of the disk from `offset` on. */
export function layOver(patches: readonly Patch[], offset: number, read: Buffer): void {
  for (const { offset: start, bytes } of patches) {
    const from = Math.max(start, offset);
    const to = Math.min(start + bytes.length, offset + read.length);
    if (from < to) bytes.copy(read, from - offset, from - start, to - start);
  }
}
