import { Unreadable } from '../../disk/unreadable.ts';
import { assertWithin, type DirectoryEntry, exactNumber, type FileNode } from '../file-system.ts';
import { kindOfMode, MOST_ENTRIES } from '../file-system.ts';
import { decompress } from './btrfs-compression.ts';
import { type BtrfsFileSystem, ITEM_TYPES } from './btrfs-file-system.ts';
import type { TreeRoot } from './btrfs-super-block.ts';
import { itemsOf, type TreeItem } from './btrfs-tree.ts';

const EXTENT_KINDS = { inline: 0, regular: 1 };
/** No compressed extent is longer, packed or not. */
const LONGEST_COMPRESSED = 128 * 1024;

interface BtrfsPlace {
  readonly tree: TreeRoot & { readonly id: bigint };
  readonly inode: bigint;
}

/** A range within an extent of a file. */
interface Range {
  readonly from: number;
  readonly length: number;
}

/** A file of btrfs. */
export class BtrfsFile implements FileNode {
  readonly identity: string;
  readonly kind: FileNode['kind'];
  readonly size: number;
  private readonly system: BtrfsFileSystem;
  private readonly place: BtrfsPlace;

  constructor(system: BtrfsFileSystem, place: BtrfsPlace, inode: Buffer) {
    this.system = system;
    this.place = place;
    this.identity = `${place.tree.id.toString()}:${place.inode.toString()}`;
    this.kind = kindOfMode(inode.readUInt32LE(52));
    this.size = exactNumber(inode.readBigUInt64LE(16));
  }

  async read(offset: number, length: number): Promise<Buffer> {
    assertWithin(this, offset, length);
    const target = Buffer.alloc(length);
    const { tree, inode } = this.place;
    for await (const item of itemsOf(this.system, tree, { object: inode, type: ITEM_TYPES.extent })) {
      const start = exactNumber(item.offset);
      if (start >= offset + length) break;
      const end = start + extentLength(item);
      const [from, to] = [Math.max(offset, start), Math.min(offset + length, end)];
      if (from >= to) continue;
      const content = await this.extentContent(item, { from: from - start, length: to - from });
      content?.copy(target, from - offset);
    }
    return target;
  }

  async *entries(): AsyncGenerator<DirectoryEntry> {
    if (this.kind !== 'directory') return;
    const { tree, inode } = this.place;
    let count = 0;
    for await (const { data } of itemsOf(this.system, tree, { object: inode, type: ITEM_TYPES.nameByIndex })) {
      count += 1;
      if (count > MOST_ENTRIES) throw new Unreadable('A directory has too many entries');
      const name = data.toString('utf8', 30, 30 + data.readUInt16LE(27));
      const [object, type] = [data.readBigUInt64LE(0), data.readUInt8(8)];
      const open = (): Promise<FileNode> =>
        type === ITEM_TYPES.root ? this.system.subvolume(object) : this.system.file(tree, object);
      yield { name, open };
    }
  }

  /** Null for zeros. */
  private async extentContent({ data }: TreeItem, { from, length }: Range): Promise<Buffer | null> {
    const [compression, kind] = [data.readUInt8(16), data.readUInt8(20)];
    const unpacked = exactNumber(data.readBigUInt64LE(8));
    if (kind === EXTENT_KINDS.inline) {
      const content = this.unpack(data.subarray(21), { compression, unpacked });
      return content.subarray(from, from + length);
    }
    const [address, packed] = [exactNumber(data.readBigUInt64LE(21)), exactNumber(data.readBigUInt64LE(29))];
    const within = exactNumber(data.readBigUInt64LE(37)) + from;
    if (address === 0 || kind !== EXTENT_KINDS.regular) return null;
    const { region, chunks } = this.system;
    region.budget.step(chunks.steps);
    if (compression === 0) return region.read(chunks.physical(address + within, length), length);
    if (packed > LONGEST_COMPRESSED) throw new Unreadable('A compressed extent is too long');
    const content = this.unpack(await region.read(chunks.physical(address, packed), packed), { compression, unpacked });
    return content.subarray(within, within + length);
  }

  private unpack(packed: Buffer, { compression, unpacked }: { compression: number; unpacked: number }): Buffer {
    if (compression === 0) return packed;
    if (unpacked > LONGEST_COMPRESSED) throw new Unreadable('A compressed extent is too long');
    this.system.region.budget.step(1 + Math.ceil(unpacked / 256));
    return decompress(packed, compression, unpacked);
  }
}

function extentLength({ data }: TreeItem): number {
  const isInline = data.readUInt8(20) === EXTENT_KINDS.inline;
  return exactNumber(data.readBigUInt64LE(isInline ? 8 : 45));
}
