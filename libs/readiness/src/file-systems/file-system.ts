import type { ByteRegion } from '../disk/byte-region.ts';
import { LONGEST_READ } from '../disk/byte-region.ts';
import { Unreadable } from '../disk/unreadable.ts';

/** What a name of a directory leads to. */
export interface FileNode {
  /** The same for the same file of one file system. */
  readonly identity: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly size: number;
  /** Exactly the range, which is within `size`; of a link, its target. */
  read(offset: number, length: number): Promise<Buffer>;
  /** The names of a directory without `.` and `..`. */
  entries(): AsyncIterable<DirectoryEntry>;
}

/** A name and the way to its file. */
export interface DirectoryEntry {
  readonly name: string;
  readonly open: () => Promise<FileNode>;
}

/**
 * A file system on a region of the disk, to be read and never written. All that it reads is a stranger's: whatever
 * cannot be as it should is `Unreadable`.
 */
export interface FileSystem {
  readonly type: 'ext2' | 'ext3' | 'ext4' | 'xfs' | 'btrfs' | 'ntfs' | 'fat12' | 'fat16' | 'fat32';
  /** As `blkid` and `/etc/fstab` have it. */
  readonly uuid: string | null;
  readonly label: string | null;
  /** Names are the same in capitals and small letters. */
  readonly caseless: boolean;
  root(): Promise<FileNode>;
  /** Directories that may be the root of an operating system, best first. */
  roots(): Promise<FileNode[]>;
}

/** A run of a file; `physical` is where in the region, null for zeros. All in bytes. */
export interface FileExtent {
  readonly logical: number;
  readonly length: number;
  readonly physical: number | null;
}

const MOST_EXTENTS = 50_000;
/** No directory of a sane system has as many. */
export const MOST_ENTRIES = 50_000;

/** Extents as they are found, no more of them than a file can sensibly have. */
export class ExtentList {
  private readonly region: ByteRegion;
  private readonly found: FileExtent[] = [];

  constructor(region: ByteRegion) {
    this.region = region;
  }

  add(extent: FileExtent): void {
    this.region.budget.step();
    if (this.found.length >= MOST_EXTENTS) throw new Unreadable('A file is in too many pieces', this.region.name);
    this.found.push(extent);
  }

  sorted(): readonly FileExtent[] {
    return this.found.sort((one, other) => one.logical - other.logical);
  }
}

/** A range of a file; what no extent has is zeros. */
export async function readExtents(
  region: ByteRegion,
  extents: readonly FileExtent[],
  { offset, length }: { readonly offset: number; readonly length: number },
): Promise<Buffer> {
  if (length > LONGEST_READ) throw new Unreadable('A structure of a file system is too long', region.name);
  region.budget.step(1 + Math.ceil(length / 1024) + Math.ceil(extents.length / 16));
  const target = Buffer.alloc(length);
  for (const extent of extents) {
    const from = Math.max(offset, extent.logical);
    const to = Math.min(offset + length, extent.logical + extent.length);
    if (from >= to || extent.physical === null) continue;
    const piece = await region.read(extent.physical + from - extent.logical, to - from);
    piece.copy(target, from - offset);
  }
  return target;
}

/** Throws Unreadable unless the range is one of the file. */
export function assertWithin({ size }: { size: number }, offset: number, length: number): void {
  if (offset < 0 || length < 0 || offset + length > size || length > LONGEST_READ)
    throw new Unreadable('A file ends before what is said to be in it');
}

/** A number of 64 bits that is used in calculations; what is larger than numbers are exact is no sane one. */
export function exactNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < 0n) throw new Unreadable('A number is out of all range');
  return Number(value);
}

/** By the type in the mode of an inode, which the file systems of Linux have in common. */
const KINDS: Readonly<Record<number, FileNode['kind']>> = { 0x4000: 'directory', 0x8000: 'file', 0xa000: 'link' };

/** What a file is by the mode of its inode. */
export function kindOfMode(mode: number): FileNode['kind'] {
  return KINDS[mode & 0xf000] ?? 'other';
}
