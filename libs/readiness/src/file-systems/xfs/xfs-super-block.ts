import type { ByteRegion } from '../../disk/byte-region.ts';
import { uuidText } from '../../disk/guid.ts';
import { Unreadable } from '../../disk/unreadable.ts';
import { exactNumber } from '../file-system.ts';

/** Of version 5: file types, sparse inodes, other UUID, large times, needs repair, many extents, exchanged ranges, parents. */
const READABLE = 0xff;
const FILE_TYPES_5 = 0x1;
const FILE_TYPES_4 = 0x200;

/** What the super block of XFS says, checked for what would lead astray. */
export interface XfsSuperBlock {
  readonly version: 4 | 5;
  readonly uuid: string;
  readonly label: string | null;
  readonly blockSize: number;
  readonly rootInode: number;
  readonly groupBlocks: number;
  readonly groups: number;
  readonly inodeSize: number;
  /** Numbers of inodes and of blocks have that of their group above these bits. */
  readonly inodeBits: number;
  readonly inodesPerBlock: number;
  readonly blockBits: number;
  readonly directoryBlockSize: number;
  readonly hasFileTypes: boolean;
}

/** The super block; null when this is another file system. */
export async function readXfsSuperBlock(region: ByteRegion): Promise<XfsSuperBlock | null> {
  if (region.size < 65_536) return null;
  const block = await region.read(0, 512);
  if (block.toString('latin1', 0, 4) !== 'XFSB') return null;
  const version = block.readUInt16BE(100) & 0xf;
  if (version !== 4 && version !== 5) throw new Unreadable(`XFS ${version} is not known`, region.name);
  const features = version === 5 ? block.readUInt32BE(216) : 0;
  const unknown = features & ~READABLE;
  if (unknown !== 0) throw new Unreadable(`Its features 0x${(unknown >>> 0).toString(16)} are not known`, region.name);
  const [inodesPerBlockBits, blockBits] = [block.readUInt8(123), block.readUInt8(124)];
  const blockSize = block.readUInt32BE(4);
  const said: XfsSuperBlock = {
    version,
    uuid: uuidText(block.subarray(32, 48)),
    label: block.toString('utf8', 108, 120).replace(/\0.*$/s, '') || null,
    blockSize,
    rootInode: exactNumber(block.readBigUInt64BE(56)),
    groupBlocks: block.readUInt32BE(84),
    groups: block.readUInt32BE(88),
    inodeSize: block.readUInt16BE(104),
    inodeBits: inodesPerBlockBits + blockBits,
    inodesPerBlock: 2 ** inodesPerBlockBits,
    blockBits,
    directoryBlockSize: blockSize * 2 ** block.readUInt8(192),
    hasFileTypes: version === 5 ? (features & FILE_TYPES_5) !== 0 : (block.readUInt32BE(200) & FILE_TYPES_4) !== 0,
  };
  assertSane(said, region);
  return said;
}

function assertSane(said: XfsSuperBlock, region: ByteRegion): void {
  const { blockSize, inodeSize, inodesPerBlock, inodeBits, directoryBlockSize, groupBlocks } = said;
  const sane =
    blockSize >= 512 &&
    blockSize <= 65_536 &&
    (blockSize & (blockSize - 1)) === 0 &&
    inodeSize >= 256 &&
    inodeSize <= 2048 &&
    inodesPerBlock * inodeSize === blockSize &&
    inodeBits <= 32 &&
    directoryBlockSize <= 65_536 &&
    groupBlocks > 0;
  if (!sane) throw new Unreadable('The super block of its xfs is damaged', region.name);
}

/** Where the block of a number is, in bytes. */
export function blockAt(said: XfsSuperBlock, number: number): number {
  const span = 2 ** said.blockBits;
  return (Math.floor(number / span) * said.groupBlocks + (number % span)) * said.blockSize;
}

/** Where the inode of a number is, in bytes. */
export function inodeAt(said: XfsSuperBlock, number: number): number {
  const span = 2 ** said.inodeBits;
  const within = number % span;
  const block = Math.floor(number / span) * said.groupBlocks + Math.floor(within / said.inodesPerBlock);
  return block * said.blockSize + (within % said.inodesPerBlock) * said.inodeSize;
}
