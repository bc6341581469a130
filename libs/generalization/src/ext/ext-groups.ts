import { inconsistent } from '../generalization.ts';
import type { BlockEdits } from './block-edits.ts';
import { crc16, crc32c, littleEndian } from './checksums.ts';
import { type ExtLayout, superBlockSum } from './ext-layout.ts';

const UNUSED = { inodes: 1, blocks: 2 };

interface Run {
  readonly first: number;
  /** The first block behind it. */
  readonly end: number;
}

interface Descriptor {
  readonly bytes: Buffer;
  readonly block: number;
  readonly at: number;
}

/** The groups of blocks of a file system: what belongs to whom, and what is free. */
export class ExtGroups {
  private readonly layout: ExtLayout;
  private readonly edits: BlockEdits;
  private readonly reserved: readonly Run[];

  private constructor(layout: ExtLayout, edits: BlockEdits, reserved: readonly Run[]) {
    this.layout = layout;
    this.edits = edits;
    this.reserved = reserved;
  }

  /** Reads all descriptors. Throws Refusal when two structures are said to be in one place. */
  static async read(layout: ExtLayout, edits: BlockEdits, journal: readonly Run[]): Promise<ExtGroups> {
    const runs: Run[] = [...journal, { first: 0, end: layout.firstBlock }];
    const groups = new ExtGroups(layout, edits, []);
    const tables = Math.ceil((layout.inodesPerGroup * layout.inodeSize) / layout.blockSize);
    for (let group = 0; group < layout.groups; group += 1) {
      const { bytes } = await groups.descriptor(group);
      const start = layout.firstBlock + group * layout.blocksPerGroup;
      runs.push({ first: start, end: start + layout.headOf(group) });
      const places = placesIn(bytes, layout);
      for (const [first, count] of [
        [places.blockBitmap, 1],
        [places.inodeBitmap, 1],
        [places.inodeTable, tables],
      ] as const)
        runs.push({ first, end: first + count });
    }
    return new ExtGroups(layout, edits, disjoint(runs, layout));
  }

  /** Throws Refusal unless all the blocks can be those of a file: in use, and of no structure of the file system. */
  async assertOfFiles(blocks: readonly number[]): Promise<void> {
    const { firstBlock, blocks: count } = this.layout;
    for (const block of blocks) {
      if (block < firstBlock || block >= count) throw inconsistent('A file has blocks outside of its file system');
      if (this.isReserved(block)) throw inconsistent('A file has blocks of the file system itself');
    }
    for (const [group, members] of this.byGroup(blocks)) {
      const bitmap = await this.bitmap(group);
      if (!members.every((block) => isSet(bitmap, this.bitOf(block))))
        throw inconsistent('A file has blocks that are said to be free');
    }
  }

  /** Throws Refusal unless the inode is one in use. */
  async assertInodeInUse(number: number): Promise<void> {
    const { inodesPerGroup } = this.layout;
    const { bytes } = await this.checked(Math.floor((number - 1) / inodesPerGroup));
    const unused = (bytes.readUInt16LE(0x12) & UNUSED.inodes) !== 0;
    const bitmap = await this.edits.read(placesIn(bytes, this.layout).inodeBitmap);
    if (unused || !isSet(bitmap, (number - 1) % inodesPerGroup)) throw inconsistent('A file is said not to be in use');
  }

  /** Gives blocks of a file back, which `assertOfFiles` has looked at, with zeros in them. */
  async free(blocks: readonly number[]): Promise<void> {
    for (const [group, members] of this.byGroup(blocks)) {
      const { block, at, bytes } = await this.checked(group);
      const place = placesIn(bytes, this.layout).blockBitmap;
      const bitmap = await this.edits.edit(place);
      for (const member of members) {
        const bit = this.bitOf(member);
        bitmap.writeUInt8(bitmap.readUInt8(bit >> 3) & ~(1 << (bit & 7)), bit >> 3);
        (await this.edits.edit(member)).fill(0);
      }
      const edited = (await this.edits.edit(block)).subarray(at, at + this.layout.descriptorSize);
      writeSplit(edited, { low: 0x0c, high: 0x2c }, readSplit(edited, { low: 0x0c, high: 0x2c }) + members.length);
      this.seal(edited, group, bitmap);
    }
    await this.freeInSuperBlock(blocks.length);
  }

  private async freeInSuperBlock(count: number): Promise<void> {
    const { blockSize, wide, checks, blocks } = this.layout;
    const block = await this.edits.edit(Math.floor(1024 / blockSize));
    const head = block.subarray(1024 % blockSize, (1024 % blockSize) + 1024);
    const free = head.readUInt32LE(0x0c) + (wide ? head.readUInt32LE(0x158) * 2 ** 32 : 0) + count;
    if (free > blocks) throw inconsistent('More blocks are said to be free than there are');
    head.writeUInt32LE(free % 2 ** 32, 0x0c);
    if (wide) head.writeUInt32LE(Math.floor(free / 2 ** 32), 0x158);
    if (checks === 'all') head.writeUInt32LE(superBlockSum(head), 0x3fc);
  }

  private isReserved(block: number): boolean {
    let [low, high] = [0, this.reserved.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.reserved[middle]?.end ?? 0) <= block) low = middle + 1;
      else high = middle;
    }
    const run = this.reserved[low];
    return run !== undefined && run.first <= block;
  }

  private byGroup(blocks: readonly number[]): Map<number, number[]> {
    return Map.groupBy(blocks, (block) => Math.floor((block - this.layout.firstBlock) / this.layout.blocksPerGroup));
  }

  private bitOf(block: number): number {
    return (block - this.layout.firstBlock) % this.layout.blocksPerGroup;
  }

  private async descriptor(group: number): Promise<Descriptor> {
    const { blockSize, descriptorSize } = this.layout;
    const offset = this.layout.descriptorAt(group);
    const [block, at] = [Math.floor(offset / blockSize), offset % blockSize];
    return { block, at, bytes: (await this.edits.read(block)).subarray(at, at + descriptorSize) };
  }

  /** A descriptor that matches its checksum. */
  private async checked(group: number): Promise<Descriptor> {
    const found = await this.descriptor(group);
    const { checks } = this.layout;
    if (checks !== 'none' && this.sumOf(found.bytes, group) !== found.bytes.readUInt16LE(0x1e))
      throw inconsistent('A group of blocks does not match its checksum');
    return found;
  }

  /** The bits of a group's blocks, which agree with what its descriptor says of them. */
  private async bitmap(group: number): Promise<Buffer> {
    const { bytes } = await this.checked(group);
    if ((bytes.readUInt16LE(0x12) & UNUSED.blocks) !== 0)
      throw inconsistent('A file has blocks of a group that is said to have none in use');
    const bitmap = await this.edits.read(placesIn(bytes, this.layout).blockBitmap);
    if (this.layout.checks === 'all' && this.bitmapSum(bitmap) !== readSplit(bytes, { low: 0x18, high: 0x38 }))
      throw inconsistent('The blocks of a group do not match their checksum');
    const { blocks, firstBlock, blocksPerGroup } = this.layout;
    const count = Math.min(blocksPerGroup, blocks - firstBlock - group * blocksPerGroup);
    let free = 0;
    for (let bit = 0; bit < count; bit += 1) if (!isSet(bitmap, bit)) free += 1;
    if (free !== readSplit(bytes, { low: 0x0c, high: 0x2c }))
      throw inconsistent('A group of blocks has not as many free ones as it says');
    return bitmap;
  }

  /** Writes the checksums of a descriptor and of its bits. */
  private seal(descriptor: Buffer, group: number, bitmap: Buffer): void {
    const { checks } = this.layout;
    if (checks === 'all') writeSplit(descriptor, { low: 0x18, high: 0x38 }, this.bitmapSum(bitmap));
    if (checks !== 'none') descriptor.writeUInt16LE(this.sumOf(descriptor, group), 0x1e);
  }

  /** As much of it as the descriptor has room for. */
  private bitmapSum(bitmap: Buffer): number {
    const sum = crc32c(this.layout.seed, bitmap.subarray(0, this.layout.blocksPerGroup / 8));
    return this.layout.descriptorSize >= 64 ? sum : sum & 0xffff;
  }

  private sumOf(descriptor: Buffer, group: number): number {
    const { checks, seed, uuid } = this.layout;
    const [before, behind] = [descriptor.subarray(0, 0x1e), descriptor.subarray(0x20)];
    if (checks === 'all') {
      const head = crc32c(crc32c(seed, littleEndian(group)), before);
      return crc32c(crc32c(head, Buffer.alloc(2)), behind) & 0xffff;
    }
    return crc16(crc16(crc16(crc16(0xffff, uuid), littleEndian(group)), before), behind);
  }
}

function placesIn(
  descriptor: Buffer,
  { blockSize }: ExtLayout,
): { blockBitmap: number; inodeBitmap: number; inodeTable: number } {
  const at = (low: number): number => {
    const high = descriptor.length >= 64 ? descriptor.readUInt32LE(low + 0x20) : 0;
    const block = high * 2 ** 32 + descriptor.readUInt32LE(low);
    if (block * blockSize > Number.MAX_SAFE_INTEGER) throw inconsistent('A structure is outside of the file system');
    return block;
  };
  return { blockBitmap: at(0), inodeBitmap: at(4), inodeTable: at(8) };
}

/** A number of which a larger descriptor has 16 bits more. */
function readSplit(descriptor: Buffer, { low, high }: { low: number; high: number }): number {
  return descriptor.readUInt16LE(low) + (descriptor.length >= 64 ? descriptor.readUInt16LE(high) * 65_536 : 0);
}

function writeSplit(descriptor: Buffer, { low, high }: { low: number; high: number }, value: number): void {
  descriptor.writeUInt16LE(value % 65_536, low);
  if (descriptor.length >= 64) descriptor.writeUInt16LE(Math.floor(value / 65_536), high);
}

function isSet(bitmap: Buffer, bit: number): boolean {
  return (bitmap.readUInt8(bit >> 3) & (1 << (bit & 7))) !== 0;
}

/** The runs in their order, of which none may have a block of another. */
function disjoint(runs: readonly Run[], { blocks }: ExtLayout): Run[] {
  const found: Run[] = [];
  for (const run of runs.toSorted((one, other) => one.first - other.first)) {
    if (run.first === run.end) continue;
    const last = found.at(-1);
    if (run.end > blocks || (last && run.first < last.end))
      throw inconsistent('Structures of the file system are said to be in each other, or outside of it');
    if (last?.end === run.first) found[found.length - 1] = { first: last.first, end: run.end };
    else found.push(run);
  }
  return found;
}
