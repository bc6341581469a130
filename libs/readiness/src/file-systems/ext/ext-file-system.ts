import type { ByteRegion } from '../../disk/byte-region.ts';
import { Unreadable } from '../../disk/unreadable.ts';
import type { FileNode, FileSystem } from '../file-system.ts';
import { ExtFile } from './ext-file.ts';
import { descriptorAt, type ExtSuperBlock, readExtSuperBlock } from './ext-super-block.ts';

const ROOT = 2;

/** ext2, ext3 and ext4. A journal is not replayed: what only it has, is not seen. */
export class ExtFileSystem implements FileSystem {
  readonly caseless = false;
  readonly region: ByteRegion;
  readonly said: ExtSuperBlock;

  private constructor(region: ByteRegion, said: ExtSuperBlock) {
    this.region = region;
    this.said = said;
  }

  static async open(region: ByteRegion): Promise<ExtFileSystem | null> {
    const said = await readExtSuperBlock(region);
    return said && new ExtFileSystem(region, said);
  }

  get type(): ExtSuperBlock['type'] {
    return this.said.type;
  }

  get uuid(): string {
    return this.said.uuid;
  }

  get label(): string | null {
    return this.said.label;
  }

  root(): Promise<FileNode> {
    return this.file(ROOT);
  }

  async roots(): Promise<FileNode[]> {
    return [await this.root()];
  }

  async file(number: number): Promise<ExtFile> {
    const at = await this.inodeAt(number);
    return new ExtFile(this, number, await this.region.read(at, this.said.inodeSize));
  }

  /** Where in the region an inode is, in bytes. */
  async inodeAt(number: number): Promise<number> {
    const { said, region } = this;
    if (number < 1 || number > said.inodes) throw new Unreadable(`There is no inode ${number}`);
    const group = Math.floor((number - 1) / said.inodesPerGroup);
    const descriptor = await region.read(descriptorAt(said, group), said.descriptorSize);
    const high = said.descriptorSize >= 64 ? descriptor.readUInt32LE(0x28) : 0;
    const table = (high * 2 ** 32 + descriptor.readUInt32LE(8)) * said.blockSize;
    return table + ((number - 1) % said.inodesPerGroup) * said.inodeSize;
  }
}
