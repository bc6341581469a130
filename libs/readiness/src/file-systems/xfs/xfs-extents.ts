import type { ByteRegion } from '../../disk/byte-region.ts';
import { Unreadable } from '../../disk/unreadable.ts';
import { exactNumber, ExtentList, type FileExtent } from '../file-system.ts';
import { blockAt, type XfsSuperBlock } from './xfs-super-block.ts';

const RECORD = 16;
const DEEPEST = 8;

interface Blocks {
  readonly region: ByteRegion;
  readonly said: XfsSuperBlock;
}

/** The extents that an inode has itself. */
export function listedExtents(blocks: Blocks, fork: Buffer, count: number): readonly FileExtent[] {
  const found = new ExtentList(blocks.region);
  addRecords(blocks.said, { records: fork, count }, found);
  return found.sorted();
}

/** The extents of the tree whose root an inode has. */
export async function treeExtents(blocks: Blocks, fork: Buffer): Promise<readonly FileExtent[]> {
  const found = new ExtentList(blocks.region);
  const [level, count] = [fork.readUInt16BE(0), fork.readUInt16BE(2)];
  if (level < 1 || level > DEEPEST) throw new Unreadable('A tree of extents is damaged', blocks.region.name);
  const pointers = fork.subarray(4 + Math.floor((fork.length - 4) / RECORD) * 8);
  for (let index = 0; index < count; index += 1)
    await addBlock(blocks, { number: exactNumber(pointers.readBigUInt64BE(index * 8)), level: level - 1 }, found);
  return found.sorted();
}

/** A block has a level below that of what leads to it, so that no circle is endless. */
async function addBlock(blocks: Blocks, at: { number: number; level: number }, found: ExtentList): Promise<void> {
  const { region, said } = blocks;
  const block = await region.read(blockAt(said, at.number), said.blockSize);
  const magic = block.toString('latin1', 0, 4);
  if ((magic !== 'BMAP' && magic !== 'BMA3') || block.readUInt16BE(4) !== at.level)
    throw new Unreadable('A tree of extents is damaged', region.name);
  const header = magic === 'BMA3' ? 72 : 24;
  const count = block.readUInt16BE(6);
  if (at.level === 0) {
    addRecords(said, { records: block.subarray(header), count }, found);
    return;
  }
  const pointers = block.subarray(header + Math.floor((said.blockSize - header) / RECORD) * 8);
  for (let index = 0; index < count; index += 1)
    await addBlock(blocks, { number: exactNumber(pointers.readBigUInt64BE(index * 8)), level: at.level - 1 }, found);
}

function addRecords(
  said: XfsSuperBlock,
  { records, count }: { records: Buffer; count: number },
  found: ExtentList,
): void {
  for (let index = 0; index < count; index += 1) {
    const [high, low] = [records.readBigUInt64BE(index * RECORD), records.readBigUInt64BE(index * RECORD + 8)];
    const isWritten = high >> 63n === 0n;
    const logical = exactNumber((high >> 9n) & ((1n << 54n) - 1n)) * said.blockSize;
    const number = exactNumber(((high & 0x1ffn) << 43n) | (low >> 21n));
    const length = Number(low & 0x1fffffn) * said.blockSize;
    found.add({ logical, length, physical: isWritten ? blockAt(said, number) : null });
  }
}
