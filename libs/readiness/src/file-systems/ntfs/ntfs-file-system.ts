import type { ByteRegion } from '../../disk/byte-region.ts';
import { Unreadable } from '../../disk/unreadable.ts';
import {
  exactNumber,
  ExtentList,
  type FileExtent,
  type FileNode,
  type FileSystem,
  readExtents,
} from '../file-system.ts';
import { NtfsFile } from './ntfs-file.ts';
import { addRuns, ATTRIBUTES, attributesOf, type NtfsAttribute, unmarked } from './ntfs-record.ts';

const ROOT = 5;
const MFT = 0;
const MOST_PARTS = 512;

interface NtfsLayout {
  readonly clusterSize: number;
  readonly recordSize: number;
  readonly mftAt: number;
  readonly uuid: string;
}

/** NTFS. Its log is not replayed, and files that it compressed or encrypted are not read. */
export class NtfsFileSystem implements FileSystem {
  readonly type = 'ntfs';
  readonly label = null;
  readonly caseless = true;
  readonly region: ByteRegion;
  private readonly layout: NtfsLayout;
  private mft: readonly FileExtent[];

  private constructor(region: ByteRegion, layout: NtfsLayout) {
    this.region = region;
    this.layout = layout;
    this.mft = [{ logical: 0, length: 16 * layout.recordSize, physical: layout.mftAt }];
  }

  static async open(region: ByteRegion): Promise<NtfsFileSystem | null> {
    if (region.size < 8192) return null;
    const boot = await region.read(0, 512);
    if (boot.toString('latin1', 3, 11) !== 'NTFS    ') return null;
    const system = new NtfsFileSystem(region, layoutOf(boot, region));
    const attributes = await system.attributes(MFT);
    system.mft = system.extentsOf(attributes.filter(({ type, name }) => type === ATTRIBUTES.data && name === ''));
    return system;
  }

  get uuid(): string {
    return this.layout.uuid;
  }

  root(): Promise<FileNode> {
    return this.file(ROOT);
  }

  async roots(): Promise<FileNode[]> {
    return [await this.root()];
  }

  async file(number: number): Promise<FileNode> {
    const record = await this.record(number);
    return new NtfsFile(
      this,
      { number, isDirectory: (record.readUInt16LE(22) & 2) !== 0 },
      await this.attributes(number),
    );
  }

  /** The attributes of a file, those among them that other records have for it. */
  async attributes(number: number): Promise<NtfsAttribute[]> {
    const own = attributesOf(await this.record(number));
    const list = own.find(({ type }) => type === ATTRIBUTES.list);
    if (!list) return own;
    const others = new Set<number>();
    for (const other of listedRecords(await this.content([list]))) {
      this.region.budget.step();
      if (other !== number) others.add(other);
      if (others.size > MOST_PARTS) throw new Unreadable('A file is in too many pieces');
    }
    const found = [...own];
    for (const other of others) found.push(...attributesOf(await this.record(other)));
    return found.sort((one, next) => one.lowestCluster - next.lowestCluster);
  }

  /** All of an attribute that may be in several parts, which are short: lists, bitmaps. */
  async content(parts: readonly NtfsAttribute[]): Promise<Buffer> {
    return this.range(parts, { offset: 0, length: parts[0]?.size ?? 0 });
  }

  /** A range of an attribute that may be in several parts. */
  async range(parts: readonly NtfsAttribute[], range: { offset: number; length: number }): Promise<Buffer> {
    const [first] = parts;
    if (!first) return Buffer.alloc(0);
    if ((first.flags & 0x40ff) !== 0) throw new Unreadable('A file is compressed or encrypted by NTFS');
    if (first.resident) return Buffer.from(first.resident.subarray(range.offset, range.offset + range.length));
    const content = await readExtents(this.region, this.extentsOf(parts), range);
    content.fill(0, Math.max(0, Math.min(content.length, first.initialized - range.offset)));
    return content;
  }

  private extentsOf(parts: readonly NtfsAttribute[]): readonly FileExtent[] {
    const found = new ExtentList(this.region);
    for (const part of parts) addRuns(part, this.layout.clusterSize, found);
    return found.sorted();
  }

  private async record(number: number): Promise<Buffer> {
    const { recordSize } = this.layout;
    this.region.budget.step(1 + Math.ceil(this.mft.length / 16));
    const offset = number * recordSize;
    const isThere = this.mft.some(({ logical, length }) => offset >= logical && offset < logical + length);
    if (!isThere) throw new Unreadable(`There is no record ${number} of the MFT`);
    const record = unmarked(await readExtents(this.region, this.mft, { offset, length: recordSize }), 'FILE');
    if ((record.readUInt16LE(22) & 1) === 0) throw new Unreadable(`The record ${number} of the MFT is not in use`);
    return record;
  }
}

function* listedRecords(list: Buffer): Generator<number> {
  for (let at = 0; at + 26 <= list.length;) {
    const length = list.readUInt16LE(at + 4);
    if (length < 26) throw new Unreadable('A list of attributes is damaged');
    yield list.readUIntLE(at + 16, 6);
    at += length;
  }
}

function layoutOf(boot: Buffer, region: ByteRegion): NtfsLayout {
  const [sector, said] = [boot.readUInt16LE(11), boot.readUInt8(13)];
  const clusterSize = sector * (said > 128 ? 2 ** (256 - said) : said);
  const perRecord = boot.readInt8(64);
  const recordSize = perRecord > 0 ? perRecord * clusterSize : 2 ** -perRecord;
  const sane =
    sector >= 512 && clusterSize >= 512 && clusterSize <= 2 ** 21 && recordSize >= 512 && recordSize <= 65_536;
  if (!sane) throw new Unreadable('The boot sector of its ntfs is damaged', region.name);
  const serial = boot.readBigUInt64LE(72).toString(16).toUpperCase().padStart(16, '0');
  return { clusterSize, recordSize, mftAt: exactNumber(boot.readBigUInt64LE(48)) * clusterSize, uuid: serial };
}
