const BLOCK = 1024;
const INODE_SIZE = 128;
const INODES = 64;
/** Block numbers of an ext2 with one group. */
const AT = { superBlock: 1, groups: 2, inodes: 5, data: 5 + (INODES * INODE_SIZE) / BLOCK } as const;
const ROOT = 2;
const FIRST_FREE = 11;
const MODES = { directory: 0o040755, file: 0o100644 } as const;
/** Blocks that an inode names itself. */
const DIRECT_BLOCKS = 12;

interface Directory {
  readonly inode: number;
  readonly entries: { readonly name: string; readonly inode: number }[];
}

/**
 * A disk of one ext2 in memory, written by hand: for tests that need files on a disk and no programs that make disks.
 * Its files are short and its directories have few names.
 */
export function tinyDisk(files: Readonly<Record<string, string | Buffer>>, size = 0): Buffer {
  return new TinyDisk().with(files, size);
}

class TinyDisk {
  readonly #inodes = Buffer.alloc(INODES * INODE_SIZE);
  readonly #data: Buffer[] = [];
  readonly #directories = new Map<string, Directory>([['', { inode: ROOT, entries: [] }]]);
  #nextInode = FIRST_FREE;

  with(files: Readonly<Record<string, string | Buffer>>, size: number): Buffer {
    for (const [path, content] of Object.entries(files)) {
      const inode = this.#newInode();
      this.#write(inode, 'file', Buffer.from(content));
      this.#name(path, inode);
    }
    for (const { inode, entries } of this.#directories.values())
      this.#write(inode, 'directory', directoryBlock(entries));
    const head = Buffer.alloc(AT.data * BLOCK);
    this.#inodes.copy(head, AT.inodes * BLOCK);
    head.writeUInt32LE(AT.inodes, AT.groups * BLOCK + 8);
    const disk = Buffer.concat([head, ...this.#data]);
    writeSuperBlock(disk);
    return disk.length >= size ? disk : Buffer.concat([disk, Buffer.alloc(size - disk.length)]);
  }

  #newInode(): number {
    if (this.#nextInode > INODES) throw new Error('a tiny disk has no room for more files');
    return this.#nextInode++;
  }

  #name(path: string, inode: number): void {
    const cut = path.lastIndexOf('/');
    const parent = path.slice(0, Math.max(0, cut));
    if (!this.#directories.has(parent)) {
      const made = { inode: this.#newInode(), entries: [] };
      this.#directories.set(parent, made);
      this.#name(parent, made.inode);
    }
    this.#directories.get(parent)?.entries.push({ name: path.slice(cut + 1), inode });
  }

  #write(inode: number, kind: keyof typeof MODES, content: Buffer): void {
    const blocks = Math.ceil(content.length / BLOCK);
    if (blocks > DIRECT_BLOCKS) throw new Error('a file of a tiny disk is too long');
    const at = (inode - 1) * INODE_SIZE;
    this.#inodes.writeUInt16LE(MODES[kind], at);
    this.#inodes.writeUInt32LE(content.length, at + 4);
    for (let index = 0; index < blocks; index += 1) {
      this.#inodes.writeUInt32LE(AT.data + this.#data.length, at + 0x28 + index * 4);
      const block = Buffer.alloc(BLOCK);
      content.copy(block, 0, index * BLOCK);
      this.#data.push(block);
    }
  }
}

/** The last entry reaches to the end of the block. */
function directoryBlock(entries: Directory['entries']): Buffer {
  const block = Buffer.alloc(BLOCK);
  let at = 0;
  for (const [index, { name, inode }] of entries.entries()) {
    const length = index === entries.length - 1 ? BLOCK - at : (8 + name.length + 3) & ~3;
    block.writeUInt32LE(inode, at);
    block.writeUInt16LE(length, at + 4);
    block.writeUInt8(name.length, at + 6);
    block.write(name, at + 8);
    at += length;
  }
  return block;
}

function writeSuperBlock(disk: Buffer): void {
  const superBlock = disk.subarray(AT.superBlock * BLOCK);
  superBlock.writeUInt32LE(INODES, 0x00);
  superBlock.writeUInt32LE(disk.length / BLOCK, 0x04);
  superBlock.writeUInt32LE(AT.superBlock, 0x14);
  superBlock.writeUInt32LE(8 * BLOCK, 0x20); // blocks of a group
  superBlock.writeUInt32LE(INODES, 0x28); // inodes of a group
  superBlock.writeUInt16LE(0xef53, 0x38);
}
