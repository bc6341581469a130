import { descriptorAt, type ExtFileSystem, hasSuperBlock } from '@imago/readiness';
import { inconsistent, Refusal } from '../generalization.ts';
import { crc32c } from './checksums.ts';

/** Preallocated directories, imagic, journal, attributes, room to grow, indexed directories, fast commits, stable inodes, orphan file. */
const COMPATIBLE = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x400 | 0x800 | 0x1000;
/** File types, meta groups, extents, 64 bit, flexible groups, large attributes, seed, large directories, inline data, encryption, case folding. */
const INCOMPATIBLE = 0x2 | 0x10 | 0x40 | 0x80 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x20000;
/** Sparse copies, large files, trees of directories, huge files, group checksums, many links, large inodes, quota, checksums, projects, verity. */
const READ_ONLY = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x40 | 0x100 | 0x400 | 0x2000 | 0x8000;
const RECOVER = 0x4;
const SEED = 0x2000;
const ORPHANS = 0x10000;
const GROUP_CHECKSUMS = 0x10;
const QUOTA = 0x100;
const CHECKSUMS = 0x400;
const HAS_JOURNAL = 0x4;
const CLEAN = 1;
/** 8 TiB with blocks of 4 KiB. */
const MOST_GROUPS = 65_536;

/** What of ext2, ext3 or ext4 has to be known to change a file. */
export interface ExtLayout {
  readonly blockSize: number;
  readonly blocks: number;
  readonly firstBlock: number;
  readonly blocksPerGroup: number;
  readonly groups: number;
  readonly descriptorSize: number;
  readonly inodeSize: number;
  readonly inodesPerGroup: number;
  readonly inodes: number;
  readonly wide: boolean;
  readonly hasQuota: boolean;
  readonly hasJournal: boolean;
  /** How its structures are checked: CRC-32C of all, CRC-16 of descriptors alone, or not at all. */
  readonly checks: 'all' | 'groups' | 'none';
  /** Where the CRC-32C of every structure begins. */
  readonly seed: number;
  readonly uuid: Buffer;
  /** Where the descriptor of a group is in the region, in bytes. */
  readonly descriptorAt: (group: number) => number;
  /** How many blocks at the beginning of a group have a copy of the super block and descriptors. */
  readonly headOf: (group: number) => number;
}

/** The layout of a file system that may be changed. Throws Refusal for any other. */
export async function readLayout(system: ExtFileSystem): Promise<ExtLayout> {
  const { region, said } = system;
  const block = await region.read(1024, 1024);
  const [compatible, incompatible, readOnly] = assertChangeable(block);
  const wide = (incompatible & 0x80) !== 0;
  const blocks = block.readUInt32LE(4) + (wide ? block.readUInt32LE(0x150) * 2 ** 32 : 0);
  const groups = Math.ceil((blocks - said.firstBlock) / said.blocksPerGroup);
  assertSane(system, { block, blocks, groups });
  const uuid = block.subarray(0x68, 0x78);
  const checks = (readOnly & CHECKSUMS) !== 0 ? 'all' : (readOnly & GROUP_CHECKSUMS) !== 0 ? 'groups' : 'none';
  if (checks === 'all' && superBlockSum(block) !== block.readUInt32LE(0x3fc))
    throw inconsistent('The super block does not match its checksum');
  return {
    blockSize: said.blockSize,
    blocks,
    firstBlock: said.firstBlock,
    blocksPerGroup: said.blocksPerGroup,
    groups,
    descriptorSize: said.descriptorSize,
    inodeSize: said.inodeSize,
    inodesPerGroup: said.inodesPerGroup,
    inodes: said.inodes,
    wide,
    hasQuota: (readOnly & QUOTA) !== 0,
    hasJournal: (compatible & HAS_JOURNAL) !== 0,
    checks,
    seed: (incompatible & SEED) !== 0 ? block.readUInt32LE(0x270) : crc32c(0xffffffff, uuid),
    uuid,
    descriptorAt: (group) => descriptorAt(said, group),
    headOf: (group) => headOf(system, { group, groups, reserved: block.readUInt16LE(0xce) }),
  };
}

/** The checksum that a super block should have. */
export function superBlockSum(block: Buffer): number {
  return crc32c(0xffffffff, block.subarray(0, 0x3fc));
}

function assertChangeable(block: Buffer): readonly [number, number, number] {
  const features = [block.readUInt32LE(0x5c), block.readUInt32LE(0x60), block.readUInt32LE(0x64)] as const;
  const [compatible, incompatible, readOnly] = features;
  if ((incompatible & RECOVER) !== 0)
    throw new Refusal(
      'needs_recovery',
      'The journal of the file system has changes that are not in their places yet',
      'Stop the server properly before the image is made.',
    );
  const isClean = block.readUInt16LE(0x3a) === CLEAN && block.readUInt32LE(0xe8) === 0 && (readOnly & ORPHANS) === 0;
  if (!isClean)
    throw new Refusal(
      'not_clean',
      'The file system was not unmounted, has errors, or has files that are still to be erased',
      'Stop the server properly, or check the file system with `e2fsck -f`, before the image is made.',
    );
  const unknown = [compatible & ~COMPATIBLE, incompatible & ~INCOMPATIBLE, readOnly & ~READ_ONLY];
  const isKnown =
    unknown.every((bits) => bits === 0) && block.readUInt32LE(0x4c) === 1 && block.readUInt32LE(0x48) === 0;
  const checksum = (readOnly & CHECKSUMS) === 0 || block.readUInt8(0x175) === 1;
  if (isKnown && checksum) return features;
  const hex = unknown.map((bits) => `0x${(bits >>> 0).toString(16)}`).join(', ');
  throw new Refusal('unknown_feature', `The file system has features that are not written (${hex})`, BY_HAND);
}

const BY_HAND = 'Change the file by hand before the image is made.';

function assertSane(
  { region, said }: ExtFileSystem,
  { block, blocks, groups }: { block: Buffer; blocks: number; groups: number },
): void {
  const { blockSize, firstBlock, blocksPerGroup, inodeSize, inodesPerGroup, inodes, descriptorSize } = said;
  const powers = [inodeSize, descriptorSize].every((size) => Number.isInteger(Math.log2(size)));
  const sane =
    powers &&
    firstBlock === (blockSize === 1024 ? 1 : 0) &&
    block.readUInt32LE(0x1c) === block.readUInt32LE(0x18) &&
    blocksPerGroup >= 256 &&
    blocksPerGroup <= blockSize * 8 &&
    blocksPerGroup % 8 === 0 &&
    inodesPerGroup <= blockSize * 8 &&
    inodes === groups * inodesPerGroup &&
    blocks > firstBlock &&
    blocks * blockSize <= region.size;
  if (!sane) throw inconsistent('The numbers of the super block do not agree');
  if (groups > MOST_GROUPS) throw new Refusal('too_much', 'The file system is too large to be changed', BY_HAND);
}

function headOf(
  { said }: ExtFileSystem,
  { group, groups, reserved }: { group: number; groups: number; reserved: number },
): number {
  const perBlock = said.blockSize / said.descriptorSize;
  const copies = hasSuperBlock(said, group) ? 1 : 0;
  if (said.firstMetaGroup === null) return copies * (1 + Math.ceil(groups / perBlock) + reserved);
  if (Math.floor(group / perBlock) < said.firstMetaGroup) return copies * (1 + said.firstMetaGroup);
  return copies + ([0, 1, perBlock - 1].includes(group % perBlock) ? 1 : 0);
}
