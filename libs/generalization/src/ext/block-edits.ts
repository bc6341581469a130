import type { ByteRegion } from '@imago/readiness';
import { type Patch, Refusal } from '../generalization.ts';

/** Runs of changed bytes with fewer unchanged ones between them become one. */
const NEAR = 32;

/** How many bytes may change at all, counted in whole blocks. */
export class ChangeAllowance {
  private left: number;

  constructor(most: number) {
    this.left = most;
  }

  fits(bytes: number): boolean {
    return bytes <= this.left;
  }

  take(bytes: number): void {
    this.left -= bytes;
  }
}

interface Edited {
  readonly original: Buffer;
  readonly content: Buffer;
}

/** Blocks of a file system as they will be. Nothing is written: the file system below is read and stays what it is. */
export class BlockEdits {
  readonly blockSize: number;
  private readonly region: ByteRegion;
  private readonly allowance: ChangeAllowance;
  private edited = new Map<number, Edited>();
  private pending: Map<number, Edited> | null = null;

  constructor(region: ByteRegion, blockSize: number, allowance: ChangeAllowance) {
    this.region = region;
    this.blockSize = blockSize;
    this.allowance = allowance;
  }

  /** A block as it will be; not to be changed. */
  async read(block: number): Promise<Buffer> {
    const known = this.pending?.get(block) ?? this.edited.get(block);
    return known?.content ?? (await this.region.read(block * this.blockSize, this.blockSize));
  }

  /** A block to change, within `attempt`. */
  async edit(block: number): Promise<Buffer> {
    const { pending } = this;
    if (!pending) throw new Error('Blocks are changed within an attempt alone');
    const known = pending.get(block);
    if (known) return known.content;
    const before = this.edited.get(block);
    const original = before?.original ?? (await this.region.read(block * this.blockSize, this.blockSize));
    const content = Buffer.from(before?.content ?? original);
    pending.set(block, { original, content });
    this.assertAllowed(pending);
    return content;
  }

  /** All that the change does, or, when it throws, nothing of it. */
  async attempt(change: () => Promise<void>): Promise<void> {
    const pending = new Map<number, Edited>();
    this.pending = pending;
    try {
      await change();
      // Whether all of it has a place of its own on the disk is known before it counts.
      for (const block of pending.keys()) this.region.onDisk(block * this.blockSize, this.blockSize);
      this.allowance.take(this.sizeOfNew(pending));
      this.edited = new Map([...this.edited, ...pending]);
    } finally {
      this.pending = null;
    }
  }

  /** What differs, as it lies on the whole disk; in no order. */
  patches(): Patch[] {
    return [...this.edited].flatMap(([block, { original, content }]) =>
      differences(original, content).flatMap(({ from, to }) => {
        let at = from;
        return this.region.onDisk(block * this.blockSize + from, to - from).map(({ offset, length }) => {
          const bytes = content.subarray(at, at + length);
          at += length;
          return { offset, bytes };
        });
      }),
    );
  }

  private assertAllowed(pending: ReadonlyMap<number, Edited>): void {
    if (this.allowance.fits(this.sizeOfNew(pending))) return;
    throw new Refusal('too_much', 'More would have to change than is allowed', 'Remove what is large by hand.');
  }

  private sizeOfNew(pending: ReadonlyMap<number, Edited>): number {
    return [...pending.keys()].filter((block) => !this.edited.has(block)).length * this.blockSize;
  }
}

function differences(original: Buffer, content: Buffer): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (let at = 0; at < content.length; at += 1) {
    if (original[at] === content[at]) continue;
    const last = found.at(-1);
    if (last && at - last.to < NEAR) last.to = at + 1;
    else found.push({ from: at, to: at + 1 });
  }
  return found;
}
