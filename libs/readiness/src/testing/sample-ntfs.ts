import { open } from 'node:fs/promises';
import { NtfsFileSystem } from '../file-systems/ntfs/ntfs-file-system.ts';
import { Budget, DEFAULT_READINESS_LIMITS } from '../disk/budget.ts';
import { ByteRegion, type DiskRange } from '../disk/byte-region.ts';

const RECORD = 1024;
const DIRECTORY = 2;
const ATTRIBUTES = { data: 0x80, end: 0xffffffff };

/** A file of NTFS that is to be a directory, and the files of it. */
export interface SampleDirectory {
  readonly name: string;
  readonly files: readonly string[];
}

/**
 * Makes directories of empty files at the top of an NTFS: there is a program that copies files into one without
 * mounting it, and none that makes directories.
 */
export async function makeDirectories(path: string, directories: readonly SampleDirectory[]): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const image = Buffer.alloc((await file.stat()).size);
    await file.read(image, 0, image.length, 0);
    const numbers = await recordNumbers(image);
    const numberOf = (name: string): number => numbers.get(name) ?? Number.NaN;
    const mftAt = Number(image.readBigUInt64LE(48)) * image.readUInt8(13) * image.readUInt16LE(11);
    const recordOf = (name: string): Buffer => {
      const at = mftAt + numberOf(name) * RECORD;
      return image.subarray(at, at + RECORD);
    };
    for (const { name, files } of directories) {
      const children = files.map((child) => ({
        name: child,
        reference: referenceOf(recordOf(child), numberOf(child)),
      }));
      makeDirectory(recordOf(name), children);
    }
    await file.write(image, 0, image.length, 0);
  } finally {
    await file.close();
  }
}

interface Child {
  readonly name: string;
  readonly reference: bigint;
}

async function recordNumbers(image: Buffer): Promise<Map<string, number>> {
  const system = await NtfsFileSystem.open(new MemoryRegion(image));
  const found = new Map<string, number>();
  for await (const { name, open: opened } of (await system?.root())?.entries() ?? [])
    found.set(name, Number((await opened()).identity));
  return found;
}

function referenceOf(record: Buffer, number: number): bigint {
  return BigInt(number) | (BigInt(record.readUInt16LE(16)) << 48n);
}

/** Turns the record of a file into that of a directory: an index in the place of its data. */
function makeDirectory(record: Buffer, children: readonly Child[]): void {
  const marks = record.readUInt16LE(4);
  for (const index of [1, 2]) record.copy(record, index * 512 - 2, marks + index * 2, marks + index * 2 + 2);
  let at = record.readUInt16LE(20);
  while (record.readUInt32LE(at) < ATTRIBUTES.data) at += record.readUInt32LE(at + 4);
  const index = indexAttribute(children);
  index.copy(record, at);
  const end = at + index.length;
  record.writeUInt32LE(ATTRIBUTES.end, end);
  record.writeUInt16LE(record.readUInt16LE(22) | DIRECTORY, 22);
  record.writeUInt32LE(end + 8, 24);
  for (const sector of [1, 2]) {
    record.copy(record, marks + sector * 2, sector * 512 - 2, sector * 512);
    record.copy(record, sector * 512 - 2, marks, marks + 2);
  }
}

function indexAttribute(children: readonly Child[]): Buffer {
  const last = Buffer.alloc(16);
  last.writeUInt16LE(16, 8);
  last.writeUInt16LE(2, 12);
  const entries = Buffer.concat([...children.map(entryOf), last]);
  const root = Buffer.alloc(32);
  root.writeUInt32LE(0x30, 0);
  root.writeUInt32LE(1, 4);
  root.writeUInt32LE(4096, 8);
  root.writeUInt32LE(1, 12);
  root.writeUInt32LE(16, 16);
  root.writeUInt32LE(16 + entries.length, 20);
  root.writeUInt32LE(16 + entries.length, 24);
  const head = Buffer.alloc(32);
  head.writeUInt32LE(0x90, 0);
  head.writeUInt32LE(32 + root.length + entries.length, 4);
  head.writeUInt8(4, 9);
  head.writeUInt16LE(24, 10);
  head.writeUInt32LE(root.length + entries.length, 16);
  head.writeUInt16LE(32, 20);
  head.write('$I30', 24, 'utf16le');
  return Buffer.concat([head, root, entries]);
}

function entryOf({ name, reference }: Child): Buffer {
  const key = 66 + name.length * 2;
  const entry = Buffer.alloc((16 + key + 7) & ~7);
  entry.writeBigUInt64LE(reference, 0);
  entry.writeUInt16LE(entry.length, 8);
  entry.writeUInt16LE(key, 10);
  entry.writeUInt8(name.length, 16 + 64);
  entry.writeUInt8(1, 16 + 65);
  entry.write(name, 16 + 66, 'utf16le');
  return entry;
}

/** A region in memory. */
export class MemoryRegion extends ByteRegion {
  readonly name = 'memory';
  readonly budget = new Budget(DEFAULT_READINESS_LIMITS);
  private readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    super();
    this.bytes = bytes;
  }

  get size(): number {
    return this.bytes.length;
  }

  read(offset: number, length: number): Promise<Buffer> {
    return Promise.resolve(Buffer.from(this.bytes.subarray(offset, offset + length)));
  }

  onDisk(offset: number, length: number): readonly DiskRange[] {
    return [{ offset, length }];
  }
}
