import { Unreadable } from '../../disk/unreadable.ts';
import { assertWithin, type DirectoryEntry, type FileExtent, type FileNode } from '../file-system.ts';
import { MOST_ENTRIES, readExtents } from '../file-system.ts';
import type { FatFileSystem } from './fat-file-system.ts';

const ATTRIBUTES = { label: 0x08, directory: 0x10, longName: 0x0f };
const ENTRY = 32;
const PIECE = 4096;
const LONG_NAME_PIECES = 20;

interface Place {
  readonly identity: string;
  readonly kind: 'file' | 'directory';
  readonly size: number;
  readonly extents: () => Promise<readonly FileExtent[]>;
}

/** A file of a FAT. */
export class FatFile implements FileNode {
  readonly identity: string;
  readonly kind: 'file' | 'directory';
  readonly size: number;
  private readonly system: FatFileSystem;
  private readonly findExtents: () => Promise<readonly FileExtent[]>;
  private extents: readonly FileExtent[] | undefined;

  private constructor(system: FatFileSystem, place: Place) {
    this.system = system;
    this.identity = place.identity;
    this.kind = place.kind;
    this.size = place.size;
    this.findExtents = place.extents;
  }

  static fixedDirectory(system: FatFileSystem, extents: readonly FileExtent[]): FatFile {
    return new FatFile(system, { identity: '0', kind: 'directory', size: 0, extents: () => Promise.resolve(extents) });
  }

  static directory(system: FatFileSystem, cluster: number): FatFile {
    const extents = (): Promise<readonly FileExtent[]> => system.chain(cluster);
    return new FatFile(system, { identity: String(cluster), kind: 'directory', size: 0, extents });
  }

  static file(system: FatFileSystem, cluster: number, size: number): FatFile {
    const extents = (): Promise<readonly FileExtent[]> => system.chain(cluster);
    return new FatFile(system, { identity: `${cluster}:${size}`, kind: 'file', size, extents });
  }

  async read(offset: number, length: number): Promise<Buffer> {
    assertWithin(this, offset, length);
    this.extents ??= await this.findExtents();
    return readExtents(this.system.region, this.extents, { offset, length });
  }

  async *entries(): AsyncGenerator<DirectoryEntry> {
    if (this.kind !== 'directory') return;
    let long: string[] = [];
    let count = 0;
    for await (const entry of this.rawEntries()) {
      this.system.region.budget.step();
      count += 1;
      if (count > MOST_ENTRIES) throw new Unreadable('A directory has too many entries');
      const attributes = entry.readUInt8(11);
      if (entry[0] === 0xe5) {
        long = [];
      } else if ((attributes & ATTRIBUTES.longName) === ATTRIBUTES.longName) {
        long = [longNamePiece(entry), ...long].slice(0, LONG_NAME_PIECES);
      } else {
        const name = long.length > 0 ? (long.join('').split('\0')[0] ?? '') : shortName(entry);
        long = [];
        if ((attributes & ATTRIBUTES.label) !== 0 || name === '.' || name === '..') continue;
        yield { name, open: () => Promise.resolve(this.child(entry)) };
      }
    }
  }

  private child(entry: Buffer): FatFile {
    const high = this.system.type === 'fat32' ? entry.readUInt16LE(20) : 0;
    const cluster = high * 65_536 + entry.readUInt16LE(26);
    const isDirectory = (entry.readUInt8(11) & ATTRIBUTES.directory) !== 0;
    return isDirectory
      ? FatFile.directory(this.system, cluster)
      : FatFile.file(this.system, cluster, entry.readUInt32LE(28));
  }

  private async *rawEntries(): AsyncGenerator<Buffer> {
    this.extents ??= await this.findExtents();
    for (const { length, physical } of this.extents) {
      for (let at = 0; at < length && physical !== null; at += PIECE) {
        const piece = await this.system.region.read(physical + at, Math.min(PIECE, length - at));
        for (let from = 0; from + ENTRY <= piece.length; from += ENTRY) {
          if (piece[from] === 0) return;
          yield piece.subarray(from, from + ENTRY);
        }
      }
    }
  }
}

function longNamePiece(entry: Buffer): string {
  return [entry.subarray(1, 11), entry.subarray(14, 26), entry.subarray(28, 32)]
    .map((part) => part.toString('utf16le'))
    .join('');
}

function shortName(entry: Buffer): string {
  const [name, extension] = [entry.toString('latin1', 0, 8).trim(), entry.toString('latin1', 8, 11).trim()];
  return extension === '' ? name : `${name}.${extension}`;
}
