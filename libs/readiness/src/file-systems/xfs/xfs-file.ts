import { Unreadable } from '../../disk/unreadable.ts';
import { assertWithin, type DirectoryEntry, exactNumber, type FileExtent, type FileNode } from '../file-system.ts';
import { kindOfMode, MOST_ENTRIES, readExtents } from '../file-system.ts';
import { blockNames, shortNames, type XfsName } from './xfs-directory.ts';
import { listedExtents, treeExtents } from './xfs-extents.ts';
import type { XfsFileSystem } from './xfs-file-system.ts';

const FORMATS = { local: 1, extents: 2, tree: 3 };
/** Blocks of a directory from here on are its index. */
const INDEX_FROM = 2 ** 35;
const MANY_EXTENTS = 0x10n;
const LINK_HEADER = 56;
const LONGEST_LINK = 1024;

/** A file of XFS. */
export class XfsFile implements FileNode {
  readonly identity: string;
  readonly kind: FileNode['kind'];
  readonly size: number;
  private readonly system: XfsFileSystem;
  private readonly inode: Buffer;
  private readonly format: number;
  private extents: readonly FileExtent[] | undefined;

  constructor(system: XfsFileSystem, number: number, inode: Buffer) {
    if (inode.toString('latin1', 0, 2) !== 'IN') throw new Unreadable(`There is no inode ${number}`);
    this.system = system;
    this.inode = inode;
    this.identity = String(number);
    this.kind = kindOfMode(inode.readUInt16BE(2));
    this.format = inode.readUInt8(5);
    this.size = exactNumber(inode.readBigUInt64BE(56));
  }

  async read(offset: number, length: number): Promise<Buffer> {
    assertWithin(this, offset, length);
    if (this.format === FORMATS.local) return this.fork().subarray(offset, offset + length);
    if (this.kind === 'link' && this.system.said.version === 5)
      return (await this.remoteTarget()).subarray(offset, offset + length);
    return readExtents(this.system.region, await this.allExtents(), { offset, length });
  }

  async *entries(): AsyncGenerator<DirectoryEntry> {
    if (this.kind !== 'directory') return;
    let count = 0;
    for await (const { name, inode } of this.names()) {
      this.system.region.budget.step();
      count += 1;
      if (count > MOST_ENTRIES) throw new Unreadable('A directory has too many entries');
      yield { name, open: () => this.system.file(inode) };
    }
  }

  private async *names(): AsyncGenerator<XfsName> {
    const { region, said } = this.system;
    if (this.format === FORMATS.local) {
      yield* shortNames(this.fork(), said.hasFileTypes);
      return;
    }
    const extents = await this.allExtents();
    const size = said.directoryBlockSize;
    for (const { logical, length } of extents) {
      for (let at = logical; at < logical + length && at < INDEX_FROM; at += size) {
        if (at % size !== 0) continue; // the rest of a block that is in two pieces
        yield* blockNames(await readExtents(region, extents, { offset: at, length: size }), said.hasFileTypes);
      }
    }
  }

  private async allExtents(): Promise<readonly FileExtent[]> {
    if (this.extents) return this.extents;
    if (this.format === FORMATS.tree) this.extents = await treeExtents(this.system, this.fork());
    else if (this.format === FORMATS.extents)
      this.extents = listedExtents(this.system, this.fork(), this.extentCount());
    else throw new Unreadable('An inode is damaged');
    return this.extents;
  }

  /** The part of the inode behind its fields and before its attributes. */
  private fork(): Buffer {
    const start = this.inode.readUInt8(4) >= 3 ? 176 : 100;
    const attributesAt = this.inode.readUInt8(82) * 8;
    return this.inode.subarray(start, attributesAt === 0 ? this.inode.length : start + attributesAt);
  }

  private extentCount(): number {
    const isMany = this.inode.readUInt8(4) >= 3 && (this.inode.readBigUInt64BE(120) & MANY_EXTENTS) !== 0n;
    return isMany ? exactNumber(this.inode.readBigUInt64BE(24)) : this.inode.readUInt32BE(76);
  }

  /** Of version 5, each block of a link's target has a header. */
  private async remoteTarget(): Promise<Buffer> {
    const { region, said } = this.system;
    if (this.size > LONGEST_LINK) throw new Unreadable('A link is too long');
    const length = Math.ceil(this.size / (said.blockSize - LINK_HEADER)) * said.blockSize;
    const blocks = await readExtents(region, await this.allExtents(), { offset: 0, length });
    const parts: Buffer[] = [];
    for (let at = 0; at < length; at += said.blockSize)
      parts.push(blocks.subarray(at + LINK_HEADER, at + said.blockSize));
    return Buffer.concat(parts).subarray(0, this.size);
  }
}
