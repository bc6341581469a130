const BLOCK = 1024;
const INODE = 128;
/** Block numbers of an ext2 with one group. */
const AT = { superBlock: 1, groups: 2, inodes: 5, root: 7, etc: 8, osRelease: 9 } as const;
const INODES = { root: 2, etc: 11, osRelease: 12 } as const;
const DIRECTORY = 0o040755;
const FILE = 0o100644;

/** A disk of one ext2, written by hand, on which there is nothing but what a system says it is. */
export function linuxDisk(osRelease: string, bytes = 2 ** 20): Buffer {
  const disk = Buffer.alloc(bytes);
  const superBlock = disk.subarray(AT.superBlock * BLOCK);
  superBlock.writeUInt32LE(16, 0x00); // inodes
  superBlock.writeUInt32LE(bytes / BLOCK, 0x04);
  superBlock.writeUInt32LE(AT.superBlock, 0x14);
  superBlock.writeUInt32LE(8 * BLOCK, 0x20); // blocks of a group
  superBlock.writeUInt32LE(16, 0x28); // inodes of a group
  superBlock.writeUInt16LE(0xef53, 0x38);
  disk.writeUInt32LE(AT.inodes, AT.groups * BLOCK + 8);
  const content = Buffer.from(osRelease);
  writeInode(disk, INODES.root, { mode: DIRECTORY, size: BLOCK, block: AT.root });
  writeInode(disk, INODES.etc, { mode: DIRECTORY, size: BLOCK, block: AT.etc });
  writeInode(disk, INODES.osRelease, { mode: FILE, size: content.length, block: AT.osRelease });
  writeEntry(disk, AT.root, 'etc', INODES.etc);
  writeEntry(disk, AT.etc, 'os-release', INODES.osRelease);
  content.copy(disk, AT.osRelease * BLOCK);
  return disk;
}

function writeInode(disk: Buffer, number: number, file: { mode: number; size: number; block: number }): void {
  const at = AT.inodes * BLOCK + (number - 1) * INODE;
  disk.writeUInt16LE(file.mode, at);
  disk.writeUInt32LE(file.size, at + 4);
  disk.writeUInt32LE(file.block, at + 0x28);
}

/** The only entry of a directory, over the whole block. */
function writeEntry(disk: Buffer, block: number, name: string, inode: number): void {
  const at = block * BLOCK;
  disk.writeUInt32LE(inode, at);
  disk.writeUInt16LE(BLOCK, at + 4);
  disk.writeUInt8(name.length, at + 6);
  disk.write(name, at + 8);
}
