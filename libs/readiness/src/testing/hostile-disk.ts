import type { ExaminedDisk } from '../index.ts';

/** Numbers that look random and are the same for the same seed. */
export class SeededNumbers {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A whole number below another. */
  below(limit: number): number {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) % limit;
  }
}

/** A disk that remembers what was read of it. */
export class RememberedDisk implements ExaminedDisk {
  readonly virtualSize: number;
  readonly blocks = new Map<number, Buffer>();
  private readonly disk: ExaminedDisk;

  constructor(disk: ExaminedDisk) {
    this.disk = disk;
    this.virtualSize = disk.virtualSize;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const known = this.blocks.get(offset);
    if (known?.length === length) return known;
    const block = await this.disk.read(offset, length);
    this.blocks.set(offset, block);
    return block;
  }
}

/** The same disk with other bytes in some of its blocks. */
export class ChangedDisk implements ExaminedDisk {
  readonly virtualSize: number;
  private readonly original: RememberedDisk;
  private readonly changed = new Map<number, Buffer>();

  constructor(original: RememberedDisk) {
    this.original = original;
    this.virtualSize = original.virtualSize;
  }

  read(offset: number, length: number): Promise<Buffer> {
    const block = this.changed.get(offset);
    return block ? Promise.resolve(Buffer.from(block)) : this.original.read(offset, length);
  }

  change(at: number, change: (block: Buffer) => void): void {
    const block = this.changed.get(at) ?? Buffer.from(this.original.blocks.get(at) ?? Buffer.alloc(0));
    change(block);
    this.changed.set(at, block);
  }
}

const NUMBERS = [0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0xffff, 0x10000];

/** A disk with a few changes where structures are: in what an examination reads, and where that is not zero. */
export function mutant(original: RememberedDisk, seed: number): ChangedDisk {
  const numbers = new SeededNumbers(seed);
  const changed = new ChangedDisk(original);
  const offsets = [...original.blocks.keys()];
  for (let count = 1 + numbers.below(6); count > 0; count -= 1) {
    const offset = offsets[numbers.below(offsets.length)] ?? 0;
    changed.change(offset, (block) => {
      mutate(block, numbers);
    });
  }
  return changed;
}

function mutate(block: Buffer, numbers: SeededNumbers): void {
  if (block.length < 64) return;
  let at = numbers.below(block.length - 16);
  for (let tries = 0; tries < 64 && block.readUInt32LE(at) === 0; tries += 1) at = numbers.below(block.length - 16);
  const number = NUMBERS[numbers.below(NUMBERS.length)] ?? 0;
  const kind = numbers.below(6);
  if (kind === 0) block.writeUInt8(numbers.below(256), at);
  else if (kind === 1) block.writeUInt8(block.readUInt8(at) ^ (1 << numbers.below(8)), at);
  else if (kind === 2) block.writeUInt32LE(number, at & ~3);
  else if (kind === 3) block.writeUInt16LE(number & 0xffff, at & ~1);
  else if (kind === 4) block.copy(block, numbers.below(block.length - 256), at, at + 16 + numbers.below(240));
  else block.fill(numbers.below(256), at, at + 1 + numbers.below(16));
}
