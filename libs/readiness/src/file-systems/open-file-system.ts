import type { ByteRegion } from '../disk/byte-region.ts';
import { readingFrom } from '../disk/unreadable.ts';
import { BtrfsFileSystem } from './btrfs/btrfs-file-system.ts';
import { ExtFileSystem } from './ext/ext-file-system.ts';
import { FatFileSystem } from './fat/fat-file-system.ts';
import type { FileNode, FileSystem } from './file-system.ts';
import { NtfsFileSystem } from './ntfs/ntfs-file-system.ts';
import { XfsFileSystem } from './xfs/xfs-file-system.ts';

/** NTFS before FAT, whose boot sectors look alike. */
const OPENERS = [BtrfsFileSystem, XfsFileSystem, ExtFileSystem, NtfsFileSystem, FatFileSystem];

/** The file system of a region; null when it has none that is known. */
export function openFileSystem(region: ByteRegion): Promise<FileSystem | null> {
  return readingFrom(region.name, async () => {
    for (const opener of OPENERS) {
      const found = await opener.open(region);
      if (found) return found;
    }
    return null;
  });
}

/** The directory below which all files of a file system are, whatever of it a system would have at its root. */
export function topOf(system: FileSystem): Promise<FileNode> {
  return system instanceof BtrfsFileSystem ? system.topLevel() : system.root();
}
