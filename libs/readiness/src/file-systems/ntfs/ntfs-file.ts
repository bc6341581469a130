import { Unreadable } from '../../disk/unreadable.ts';
import { assertWithin, type DirectoryEntry, type FileNode } from '../file-system.ts';
import { MOST_ENTRIES } from '../file-system.ts';
import type { NtfsFileSystem } from './ntfs-file-system.ts';
import { ATTRIBUTES, type NtfsAttribute, unmarked } from './ntfs-record.ts';

const INDEX = '$I30';
const LAST = 2;
/** The short names of files that have long ones. */
const DOS_NAME = 2;

/** A file of NTFS. Links and mount points are not followed: a system starts without them. */
export class NtfsFile implements FileNode {
  readonly identity: string;
  readonly kind: FileNode['kind'];
  readonly size: number;
  private readonly system: NtfsFileSystem;
  private readonly attributes: readonly NtfsAttribute[];

  constructor(
    system: NtfsFileSystem,
    { number, isDirectory }: { number: number; isDirectory: boolean },
    attributes: readonly NtfsAttribute[],
  ) {
    this.system = system;
    this.attributes = attributes;
    this.identity = String(number);
    const isLink = attributes.some(({ type }) => type === ATTRIBUTES.reparse);
    this.kind = isDirectory ? (isLink ? 'other' : 'directory') : 'file';
    this.size = this.parts(ATTRIBUTES.data, '')[0]?.size ?? 0;
  }

  read(offset: number, length: number): Promise<Buffer> {
    assertWithin(this, offset, length);
    return this.system.range(this.parts(ATTRIBUTES.data, ''), { offset, length });
  }

  async *entries(): AsyncGenerator<DirectoryEntry> {
    if (this.kind !== 'directory') return;
    let count = 0;
    for await (const node of this.indexNodes()) {
      for (const { name, file } of entriesOf(node)) {
        this.system.region.budget.step();
        count += 1;
        if (count > MOST_ENTRIES) throw new Unreadable('A directory has too many entries');
        yield { name, open: () => this.system.file(file) };
      }
    }
  }

  /** The root of the index and its blocks that are in use, each from where its entries are described. */
  private async *indexNodes(): AsyncGenerator<Buffer> {
    const root = await this.system.content(this.parts(ATTRIBUTES.indexRoot, INDEX));
    if (root.length === 0) throw new Unreadable('A directory has no index');
    yield root.subarray(16);
    const blocks = this.parts(ATTRIBUTES.indexAllocation, INDEX);
    const [first] = blocks;
    const blockSize = root.readUInt32LE(8);
    if (!first) return;
    if (blockSize < 512 || blockSize > 65_536) throw new Unreadable('An index of a directory is damaged');
    const used = await this.system.content(this.parts(ATTRIBUTES.bitmap, INDEX));
    for (let index = 0; index * blockSize < first.size; index += 1) {
      this.system.region.budget.step();
      if (((used[index >>> 3] ?? 0) & (1 << (index & 7))) === 0) continue;
      const block = await this.system.range(blocks, { offset: index * blockSize, length: blockSize });
      yield unmarked(block, 'INDX').subarray(24);
    }
  }

  private parts(wanted: number, called: string): NtfsAttribute[] {
    return this.attributes.filter(({ type, name }) => type === wanted && name === called);
  }
}

function* entriesOf(node: Buffer): Generator<{ name: string; file: number }> {
  const end = Math.min(node.length, node.readUInt32LE(4));
  for (let at = node.readUInt32LE(0); at + 16 <= end;) {
    const [length, flags] = [node.readUInt16LE(at + 8), node.readUInt16LE(at + 12)];
    if ((flags & LAST) !== 0) return;
    if (length < 16 + 66) throw new Unreadable('An index of a directory is damaged');
    const nameLength = node.readUInt8(at + 16 + 64) * 2;
    const name = node.toString('utf16le', at + 16 + 66, at + 16 + 66 + nameLength);
    if (node.readUInt8(at + 16 + 65) !== DOS_NAME && name !== '.') yield { name, file: node.readUIntLE(at, 6) };
    at += length;
  }
}
