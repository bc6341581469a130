import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  DiskReader,
  type ByteSource,
  type DiskCluster,
  type EncodedCluster,
  type ExportFormat,
  type Extent,
} from '../src/index.ts';

const MIB = 2 ** 20;
const SECTOR = 512;

/** How qemu calls the formats. */
export const DRIVERS: Readonly<Record<ExportFormat, string>> = {
  raw: 'raw',
  qcow2: 'qcow2',
  vhd: 'vpc',
  'vhd-fixed': 'vpc',
  vhdx: 'vhdx',
  vmdk: 'vmdk',
};

/** A disk that is read in ranges, as a file of it is made. */
abstract class RangedDisk extends DiskReader {
  override clusters(): AsyncIterable<DiskCluster> {
    throw new Error('A file is made from ranges');
  }

  override encodedClusters(): AsyncIterable<EncodedCluster> {
    throw new Error('A file is made from ranges');
  }
}

/** Counts what a disk is asked for, and fails when it shall. */
export class CountingDisk extends RangedDisk {
  override readonly virtualSize: number;
  bytes = 0;
  failure: Error | undefined;
  private readonly disk: DiskReader;

  constructor(disk: DiskReader) {
    super();
    this.disk = disk;
    this.virtualSize = disk.virtualSize;
  }

  override extents(): Iterable<Extent> {
    return this.disk.extents();
  }

  override async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    if (this.failure) throw this.failure;
    this.bytes += length;
    return this.disk.read(offset, length, signal);
  }
}

/** A disk of any size: where it holds data, every sector begins with its number, counted from 1. */
export class NumberedDisk extends RangedDisk {
  override readonly virtualSize: number;
  private readonly data: readonly Extent[];

  constructor(virtualSize: number, data: readonly Extent[]) {
    super();
    this.virtualSize = virtualSize;
    this.data = data;
  }

  override extents(): readonly Extent[] {
    return this.data;
  }

  override read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    for (const extent of this.data) {
      const end = Math.min(offset + length, extent.offset + extent.length);
      for (let at = Math.max(offset, extent.offset); at < end; at += SECTOR) {
        bytes.writeBigUInt64BE(BigInt(at / SECTOR + 1), at - offset);
      }
    }
    return Promise.resolve(bytes);
  }
}

const ZEROS = Buffer.alloc(4 * MIB);

/** Writes a file out, with holes where it is zero; reads only what `parts` name, when that is not all of it. */
export async function writeOut(file: ByteSource, path: string, parts?: readonly Extent[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const out = await open(path, 'w');
  try {
    await out.truncate(file.size);
    const window = Buffer.alloc(ZEROS.length);
    for (const { offset, length } of parts ?? [{ offset: 0, length: file.size }]) {
      for (let at = offset; at < offset + length; at += window.length) {
        const piece = window.subarray(0, Math.min(window.length, offset + length - at));
        await file.readInto?.(at, piece);
        if (!piece.equals(ZEROS.subarray(0, piece.length))) await out.write(piece, 0, piece.length, at);
      }
    }
  } finally {
    await out.close();
  }
}
