import { inconsistent, Refusal } from '../generalization.ts';
import { crc32c, littleEndian } from './checksums.ts';
import type { ExtLayout } from './ext-layout.ts';

const EXTENTS = 0x80000;
/** Secure removal, undelete, synchronous, no dump, no access times, extents: what changes nothing of how a file is written. */
const HARMLESS = 0x1 | 0x2 | 0x8 | 0x40 | 0x80 | EXTENTS;
const INLINE = 0x10000000;
const ENCRYPTED = 0x800;
const FIRST_OF_FILES = 11;
const EXTENT_MAGIC = 0xf30a;
const [MAP_AT, MAP_END] = [0x28, 0x64];
const DIRECT = 12;

/** The inode of a file, as bytes that may be changed. */
export class ExtInode {
  readonly number: number;
  private readonly bytes: Buffer;
  private readonly layout: ExtLayout;

  constructor(layout: ExtLayout, number: number, bytes: Buffer) {
    this.layout = layout;
    this.number = number;
    this.bytes = bytes;
  }

  get usesExtents(): boolean {
    return (this.flags & EXTENTS) !== 0;
  }

  /** Levels of the tree of extents below the inode. */
  get depth(): number {
    return this.bytes.readUInt16LE(MAP_AT + 6);
  }

  /** The block with more attributes; 0 when there is none. */
  get attributes(): number {
    return this.bytes.readUInt32LE(0x68) + this.bytes.readUInt16LE(0x76) * 2 ** 32;
  }

  /** Blocks that it says it has. */
  get blocks(): number {
    return (this.bytes.readUInt32LE(0x1c) + this.bytes.readUInt16LE(0x74) * 2 ** 32) / this.sectorsPerBlock;
  }

  /** Throws Refusal unless it is a plain file with one name that may be written. */
  assertChangeable(): void {
    const { bytes, flags } = this;
    if (this.number < FIRST_OF_FILES || (bytes.readUInt16LE(0) & 0xf000) !== 0x8000)
      throw inconsistent('A name leads to what is no file');
    if (bytes.readUInt16LE(0x1a) === 0 || bytes.readUInt32LE(0x14) !== 0)
      throw inconsistent('A name leads to a file that was erased');
    if (this.layout.checks === 'all' && !this.matchesSum()) throw inconsistent('A file does not match its checksum');
    if (bytes.readUInt16LE(0x1a) > 1)
      throw new Refusal('hard_links', 'The file has other names, which may be of other use', 'Change it by hand.');
    const other = flags & ~HARMLESS;
    if (other === 0) return;
    const what = (other & INLINE) !== 0 ? 'is in its inode' : (other & ENCRYPTED) !== 0 ? 'is encrypted' : null;
    throw new Refusal(
      'file_attributes',
      `The file ${what ?? `has attributes with which it is not written (0x${(other >>> 0).toString(16)})`}`,
      'Change it by hand; `lsattr` shows its attributes.',
    );
  }

  /** Makes it a file of so many bytes, changed now. */
  resize(size: number, now: Date): void {
    this.bytes.writeUInt32LE(size, 4);
    this.bytes.writeUInt32LE(0, 0x6c);
    this.setTime(0x0c, 0x84, now);
    this.setTime(0x10, 0x88, now);
  }

  /** Forgets all blocks behind the first ones of the file, which were so many with those of its map. */
  keepFirst(count: number, freed: number): void {
    const sectors = (this.blocks - freed) * this.sectorsPerBlock;
    this.bytes.writeUInt32LE(sectors % 2 ** 32, 0x1c);
    this.bytes.writeUInt16LE(Math.floor(sectors / 2 ** 32), 0x74);
    const map = this.bytes.subarray(MAP_AT, MAP_END);
    if (this.usesExtents) keepExtents(map, count);
    else map.fill(0, Math.min(count, DIRECT) * 4);
  }

  /** Writes its checksum. */
  seal(): void {
    if (this.layout.checks !== 'all') return;
    const sum = this.sum();
    this.bytes.writeUInt16LE(sum & 0xffff, 0x7c);
    if (this.hasField(0x82, 2)) this.bytes.writeUInt16LE(sum >>> 16, 0x82);
  }

  /** Whether a block of its tree of extents matches its checksum, which every such block has at its end. */
  ownsTable(table: Buffer): boolean {
    if (this.layout.checks !== 'all' || !this.usesExtents) return true;
    const end = 12 + table.readUInt16LE(4) * 12;
    return crc32c(this.seed(), table.subarray(0, end)) === table.readUInt32LE(end);
  }

  private get flags(): number {
    return this.bytes.readUInt32LE(0x20);
  }

  private get sectorsPerBlock(): number {
    return this.layout.blockSize / 512;
  }

  /** Whether an inode has a field that the first ones of ext2 had not. */
  private hasField(at: number, length: number): boolean {
    return this.bytes.length > 128 && at + length <= 128 + this.bytes.readUInt16LE(0x80);
  }

  /** Seconds, of which 2 more bits and the nanoseconds are in another field. */
  private setTime(at: number, more: number, now: Date): void {
    const seconds = Math.floor(now.getTime() / 1000);
    this.bytes.writeInt32LE(seconds | 0, at);
    if (this.hasField(more, 4)) this.bytes.writeUInt32LE(((seconds - (seconds | 0)) / 2 ** 32) & 3, more);
  }

  private matchesSum(): boolean {
    const [sum, low] = [this.sum(), this.bytes.readUInt16LE(0x7c)];
    if (!this.hasField(0x82, 2)) return (sum & 0xffff) === low;
    return sum === low + this.bytes.readUInt16LE(0x82) * 65_536;
  }

  private sum(): number {
    const bytes = Buffer.from(this.bytes);
    bytes.writeUInt16LE(0, 0x7c);
    if (this.hasField(0x82, 2)) bytes.writeUInt16LE(0, 0x82);
    return crc32c(this.seed(), bytes);
  }

  private seed(): number {
    const named = crc32c(this.layout.seed, littleEndian(this.number));
    return crc32c(named, this.bytes.subarray(0x64, 0x68));
  }
}

/** Cuts the extents in an inode to the first blocks of the file; what is below in blocks of a tree goes as a whole. */
function keepExtents(map: Buffer, count: number): void {
  if (map.readUInt16LE(0) !== EXTENT_MAGIC) throw inconsistent('A tree of extents is damaged');
  const kept: Buffer[] = [];
  for (let index = 1; index <= (count === 0 ? 0 : map.readUInt16LE(2)); index += 1) {
    const entry = Buffer.from(map.subarray(index * 12, index * 12 + 12));
    const first = entry.readUInt32LE(0);
    if (first >= count) continue;
    entry.writeUInt16LE(Math.min(entry.readUInt16LE(4), count - first), 4);
    kept.push(entry);
  }
  map.writeUInt16LE(kept.length, 2);
  if (count === 0) map.writeUInt16LE(0, 6);
  map.fill(0, 12);
  for (const [index, entry] of kept.entries()) entry.copy(map, (index + 1) * 12);
}
