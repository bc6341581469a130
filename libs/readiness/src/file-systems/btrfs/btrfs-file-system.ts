import type { ByteRegion } from '../../disk/byte-region.ts';
import { Unreadable } from '../../disk/unreadable.ts';
import { exactNumber, type FileNode, type FileSystem } from '../file-system.ts';
import { ChunkMap } from './btrfs-chunks.ts';
import { BtrfsFile } from './btrfs-file.ts';
import { type BtrfsSuperBlock, readBtrfsSuperBlock, type TreeRoot } from './btrfs-super-block.ts';
import { itemOf, itemsOf } from './btrfs-tree.ts';

export const ITEM_TYPES = { inode: 1, name: 84, nameByIndex: 96, extent: 108, root: 132, chunk: 228 };
const CHUNK_OBJECT = 256n;
const TOP_LEVEL = 5n;
const ROOT_DIRECTORY = 6n;
/** Where distributions have their roots, below the top level. */
const USUAL_ROOTS = ['@', 'root', '@rootfs', 'rootfs'];

/** btrfs on one disk. Its log is not replayed: what only it has, is not seen. */
export class BtrfsFileSystem implements FileSystem {
  readonly type = 'btrfs';
  readonly caseless = false;
  readonly region: ByteRegion;
  readonly chunks = new ChunkMap();
  private readonly said: BtrfsSuperBlock;

  private constructor(region: ByteRegion, said: BtrfsSuperBlock) {
    this.region = region;
    this.said = said;
  }

  static async open(region: ByteRegion): Promise<BtrfsFileSystem | null> {
    const said = await readBtrfsSuperBlock(region);
    if (!said) return null;
    const system = new BtrfsFileSystem(region, said);
    system.chunks.addArray(said.systemChunks);
    const chunks = itemsOf(system, said.chunkRoot, { object: CHUNK_OBJECT, type: ITEM_TYPES.chunk });
    for await (const { offset, data } of chunks) system.chunks.add(exactNumber(offset), data);
    return system;
  }

  get uuid(): string {
    return this.said.uuid;
  }

  get label(): string | null {
    return this.said.label;
  }

  get nodeSize(): number {
    return this.said.nodeSize;
  }

  async root(): Promise<FileNode> {
    return this.subvolume(await this.defaultSubvolume());
  }

  async roots(): Promise<FileNode[]> {
    const found = [await this.root()];
    const top = await this.topLevel();
    const entries = new Map<string, () => Promise<FileNode>>();
    for await (const { name, open } of top.entries()) if (USUAL_ROOTS.includes(name)) entries.set(name, open);
    for (const name of USUAL_ROOTS) {
      const open = entries.get(name);
      if (open) found.push(await open());
    }
    return found;
  }

  /** The directory that has all subvolumes below it. */
  topLevel(): Promise<FileNode> {
    return this.subvolume(TOP_LEVEL);
  }

  /** The directory at the top of a subvolume. */
  async subvolume(id: bigint): Promise<FileNode> {
    const item = await itemOf(this, this.said.root, { object: id, type: ITEM_TYPES.root });
    if (!item) throw new Unreadable(`There is no subvolume ${id.toString()}`);
    const tree: TreeRoot = {
      address: exactNumber(item.data.readBigUInt64LE(176)),
      level: item.data.readUInt8(238),
    };
    return this.file({ id, ...tree }, item.data.readBigUInt64LE(168));
  }

  async file(tree: TreeRoot & { readonly id: bigint }, inode: bigint): Promise<FileNode> {
    const item = await itemOf(this, tree, { object: inode, type: ITEM_TYPES.inode });
    if (!item) throw new Unreadable(`There is no inode ${inode.toString()}`);
    return new BtrfsFile(this, { tree, inode }, item.data);
  }

  private async defaultSubvolume(): Promise<bigint> {
    const named = await itemOf(this, this.said.root, { object: ROOT_DIRECTORY, type: ITEM_TYPES.name });
    const id = named?.data.readBigUInt64LE(0) ?? TOP_LEVEL;
    return id === 0n ? TOP_LEVEL : id;
  }
}
