import { Unreadable } from '../../disk/unreadable.ts';
import { assertWithin, type DirectoryEntry, exactNumber, type FileNode } from '../file-system.ts';
import { kindOfMode, MOST_ENTRIES, readExtents } from '../file-system.ts';
import { type BlockMap, indirectMap, treeMap } from './ext-extents.ts';
import type { ExtFileSystem } from './ext-file-system.ts';

const FLAGS = { encrypted: 0x800, extents: 0x80000, inline: 0x10000000 };
const INLINE_AT_MOST = 60;

/** A file of ext2, ext3 or ext4. */
export class ExtFile implements FileNode {
  readonly identity: string;
  readonly kind: FileNode['kind'];
  readonly size: number;
  readonly system: ExtFileSystem;
  readonly number: number;
  private readonly inode: Buffer;
  private readonly flags: number;
  private map: BlockMap | undefined;

  constructor(system: ExtFileSystem, number: number, inode: Buffer) {
    this.system = system;
    this.number = number;
    this.inode = inode;
    this.identity = String(number);
    this.kind = kindOfMode(inode.readUInt16LE(0));
    this.size = exactNumber(BigInt(inode.readUInt32LE(0x6c)) * 2n ** 32n + BigInt(inode.readUInt32LE(4)));
    this.flags = inode.readUInt32LE(0x20);
  }

  async read(offset: number, length: number): Promise<Buffer> {
    assertWithin(this, offset, length);
    if ((this.flags & FLAGS.encrypted) !== 0) throw new Unreadable('A file is encrypted');
    const inline = this.inlineContent();
    if (inline) return inline.subarray(offset, offset + length);
    return readExtents(this.system.region, (await this.blockMap()).extents, { offset, length });
  }

  async *entries(): AsyncGenerator<DirectoryEntry> {
    if (this.kind !== 'directory') return;
    let count = 0;
    for await (const block of this.directoryBlocks()) {
      for (const entry of entriesOf(block)) {
        this.system.region.budget.step();
        count += 1;
        if (count > MOST_ENTRIES) throw new Unreadable('A directory has too many entries');
        yield { name: entry.name, open: () => this.system.file(entry.inode) };
      }
    }
  }

  private async *directoryBlocks(): AsyncGenerator<Buffer> {
    const inline = this.inlineContent();
    if (inline) {
      // The number of the parent, entries, and more of them in an attribute.
      yield inline.subarray(4, INLINE_AT_MOST);
      yield inline.subarray(INLINE_AT_MOST);
      return;
    }
    const { blockSize } = this.system.said;
    const { extents } = await this.blockMap();
    for (const { logical, length, physical } of extents) {
      for (let at = 0; at < length && logical + at < this.size && physical !== null; at += blockSize)
        yield await this.system.region.read(physical + at, blockSize);
    }
  }

  /** Where its blocks are; means nothing of a file that is in its inode. */
  async blockMap(): Promise<BlockMap> {
    const blocks = { region: this.system.region, blockSize: this.system.said.blockSize };
    const root = this.inode.subarray(0x28, 0x64);
    const isTree = (this.flags & FLAGS.extents) !== 0;
    this.map ??= isTree ? await treeMap(blocks, root) : await indirectMap(blocks, root, this.size);
    return this.map;
  }

  /** What is in the inode itself; null when the file has blocks. */
  private inlineContent(): Buffer | null {
    const root = this.inode.subarray(0x28, 0x64);
    if ((this.flags & FLAGS.inline) !== 0) return Buffer.concat([root, inlineRest(this.inode)]);
    const isFast = this.kind === 'link' && this.size < INLINE_AT_MOST && (this.flags & FLAGS.extents) === 0;
    return isFast ? root : null;
  }
}

function* entriesOf(block: Buffer): Generator<{ name: string; inode: number }> {
  for (let at = 0; at + 8 <= block.length;) {
    const [inode, said, nameLength] = [block.readUInt32LE(at), block.readUInt16LE(at + 4), block.readUInt8(at + 6)];
    const length = said === 0 || said === 65_535 ? 65_536 : said;
    if (length < 8 || length % 4 !== 0 || at + length > block.length || nameLength + 8 > length)
      throw new Unreadable('A directory is damaged');
    const name = block.toString('utf8', at + 8, at + 8 + nameLength);
    if (inode !== 0 && name !== '.' && name !== '..') yield { name, inode };
    at += length;
  }
}

/** What of inline data does not fit in the inode's first 60 bytes: the attribute `system.data` behind its fields. */
function inlineRest(inode: Buffer): Buffer {
  if (inode.length <= 130) return Buffer.alloc(0);
  const start = 128 + inode.readUInt16LE(128);
  if (start + 4 > inode.length || inode.readUInt32LE(start) !== 0xea020000) return Buffer.alloc(0);
  const first = start + 4;
  for (let at = first; at + 16 <= inode.length && inode.readUInt32LE(at) !== 0;) {
    const [nameLength, index] = [inode.readUInt8(at), inode.readUInt8(at + 1)];
    const name = inode.toString('latin1', at + 16, at + 16 + nameLength);
    if (index === 7 && name === 'data') {
      const from = first + inode.readUInt16LE(at + 2);
      return inode.subarray(from, from + inode.readUInt32LE(at + 8));
    }
    at += (16 + nameLength + 3) & ~3;
  }
  return Buffer.alloc(0);
}
