import type { ByteRegion } from '../../disk/byte-region.ts';
import { uuidText } from '../../disk/guid.ts';
import { Unreadable } from '../../disk/unreadable.ts';

const INCOMPATIBLE = { extents: 0x40, wide: 0x80, metaGroups: 0x10 };
/** File types, recovery, meta groups, extents, 64 bit, MMP, flexible groups, large attributes, seed, large directories, inline data, encryption, case folding. */
const READABLE = 0x2 | 0x4 | 0x10 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x20000;
const HAS_JOURNAL = 0x4;
const SPARSE_SUPER = 0x1;

/** What the super block of ext2, ext3 or ext4 says, checked for what would lead astray. */
export interface ExtSuperBlock {
  readonly type: 'ext2' | 'ext3' | 'ext4';
  readonly uuid: string;
  readonly label: string | null;
  readonly blockSize: number;
  readonly firstBlock: number;
  readonly blocksPerGroup: number;
  readonly inodes: number;
  readonly inodesPerGroup: number;
  readonly inodeSize: number;
  readonly descriptorSize: number;
  /** Group of descriptors from which on they are spread over the disk; null when they are all at the beginning. */
  readonly firstMetaGroup: number | null;
  readonly sparse: boolean;
}

/** The super block; null when this is another file system. */
export async function readExtSuperBlock(region: ByteRegion): Promise<ExtSuperBlock | null> {
  if (region.size < 4096) return null;
  const block = await region.read(1024, 1024);
  if (block.readUInt16LE(0x38) !== 0xef53) return null;
  const [compatible, incompatible, readOnly] = [0x5c, 0x60, 0x64].map((at) => block.readUInt32LE(at));
  if (compatible === undefined || incompatible === undefined || readOnly === undefined) return null;
  const unknown = incompatible & ~READABLE;
  if (unknown !== 0) throw new Unreadable(`Its features 0x${(unknown >>> 0).toString(16)} are not known`, region.name);
  const dynamic = block.readUInt32LE(0x4c) > 0;
  const wide = (incompatible & INCOMPATIBLE.wide) !== 0;
  const said: ExtSuperBlock = {
    type: typeOf(compatible, incompatible, readOnly),
    uuid: uuidText(block.subarray(0x68, 0x78)),
    label: block.toString('utf8', 0x78, 0x88).replace(/\0.*$/s, '') || null,
    blockSize: 1024 * 2 ** block.readUInt32LE(0x18),
    firstBlock: block.readUInt32LE(0x14),
    blocksPerGroup: block.readUInt32LE(0x20),
    inodes: block.readUInt32LE(0),
    inodesPerGroup: block.readUInt32LE(0x28),
    inodeSize: dynamic ? block.readUInt16LE(0x58) : 128,
    descriptorSize: wide ? block.readUInt16LE(0xfe) : 32,
    firstMetaGroup: (incompatible & INCOMPATIBLE.metaGroups) === 0 ? null : block.readUInt32LE(0x104),
    sparse: (readOnly & SPARSE_SUPER) !== 0,
  };
  assertSane(said, region);
  return said;
}

function typeOf(compatible: number, incompatible: number, readOnly: number): ExtSuperBlock['type'] {
  const isFourth = (incompatible & ~0x6) !== 0 || (readOnly & ~0x7) !== 0;
  if (isFourth) return 'ext4';
  return (compatible & HAS_JOURNAL) === 0 ? 'ext2' : 'ext3';
}

function assertSane(said: ExtSuperBlock, region: ByteRegion): void {
  const { blockSize, blocksPerGroup, inodesPerGroup, inodeSize, descriptorSize } = said;
  const sane =
    blockSize <= 65_536 &&
    blocksPerGroup > 0 &&
    inodesPerGroup > 0 &&
    inodeSize >= 128 &&
    inodeSize <= blockSize &&
    descriptorSize >= 32 &&
    descriptorSize <= 1024;
  if (!sane) throw new Unreadable(`The super block of its ${said.type} is damaged`, region.name);
}

/** Where the descriptor of a group of blocks is, in bytes. */
export function descriptorAt(said: ExtSuperBlock, group: number): number {
  const perBlock = Math.floor(said.blockSize / said.descriptorSize);
  const metaGroup = Math.floor(group / perBlock);
  const within = (group % perBlock) * said.descriptorSize;
  if (said.firstMetaGroup === null || metaGroup < said.firstMetaGroup)
    return (said.firstBlock + 1 + metaGroup) * said.blockSize + within;
  const first = metaGroup * perBlock;
  const after = hasSuperBlock(said, first) ? 1 : 0;
  return (said.firstBlock + first * said.blocksPerGroup + after) * said.blockSize + within;
}

/** Whether a group begins with a copy of the super block. */
export function hasSuperBlock({ sparse }: ExtSuperBlock, group: number): boolean {
  if (!sparse || group <= 1) return true;
  return [3, 5, 7].some((base) => {
    let power = base;
    while (power < group) power *= base;
    return power === group;
  });
}
