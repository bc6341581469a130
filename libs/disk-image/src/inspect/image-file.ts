import { InspectionRefusal } from '../inspection-refusal.ts';
import { allocatedBytes, type DiskMap } from '../reader/disk-map.ts';
import type { DiskReader } from '../reader/disk-reader.ts';
import { MappedReader } from '../reader/mapped-reader.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { coalesce, RANGE_LIMITS, type Span } from '../source/coalesce.ts';
import { inOrder } from '../source/in-order.ts';
import { STORED_CLUSTER_SIZE } from '../store/layout.ts';
import type { InspectionLimits } from './limits.ts';

/** A file whose ends have been read, and are of the format it is declared to have. */
export interface ImageFile {
  readonly source: ByteSource;
  readonly head: Buffer;
  readonly tail: Buffer;
  readonly limits: InspectionLimits;
  readonly signal?: AbortSignal | undefined;
}

/** The disk of a file that has been passed. */
export interface OpenedDisk {
  readonly reader: DiskReader;
  /** Bytes of the disk in 1 MiB clusters that may hold data. */
  readonly allocatedBytes: number;
  readonly warnings: readonly string[];
}

const SECTOR = 512;
const TABLES_IN_FLIGHT = 16 * 2 ** 20;
/** What a request counts for at least, so that tables here and there are not all asked for at once. */
const REQUEST = 2 ** 20;

export function mappedDisk(source: ByteSource, map: DiskMap, warnings: readonly string[] = []): OpenedDisk {
  const bytes = allocatedBytes(map, STORED_CLUSTER_SIZE);
  return { reader: new MappedReader(source, map), allocatedBytes: bytes, warnings };
}

/** The size a disk is said to have, if it can be one. `at` is where the file says so. @throws InspectionRefusal */
export function virtualSizeOf(size: bigint, { maxVirtualSize }: InspectionLimits, at?: number): number {
  if (size === 0n || size % BigInt(SECTOR) !== 0n) {
    const message = `A disk of ${size} bytes is not a whole number of sectors`;
    throw new InspectionRefusal('image.virtual_size', message, at);
  }
  if (size > BigInt(maxVirtualSize)) {
    const message = `A disk of ${size} bytes is over the limit of ${maxVirtualSize}`;
    throw new InspectionRefusal('image.virtual_size', message, at);
  }
  return Number(size);
}

/** A number of 64 bits, the lower bytes first. Above 2^53 it is rounded, and still outside of any file. */
export const long = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at));

/** The same, the higher bytes first. */
export const longBE = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64BE(at));

export interface TablePlace {
  readonly offset: number;
  readonly bytes: number;
  /** As people call it. */
  readonly name: string;
  /** Where the file says so. */
  readonly at?: number;
}

/** A table that must be in the file and within the limits; what the head has of it is not read again. @throws InspectionRefusal */
export async function readTable({ source, head, limits, signal }: ImageFile, place: TablePlace): Promise<Buffer> {
  const { offset, bytes, name, at } = place;
  if (bytes > limits.maxTableBytes) {
    throw new InspectionRefusal('image.tables', `The ${name} takes more than ${limits.maxTableBytes} bytes`, at);
  }
  const end = offset + bytes;
  if (end > source.size) {
    throw new InspectionRefusal('image.offset_out_of_file', `The ${name} is outside of the file`, at);
  }
  if (end <= head.length) return head.subarray(offset, end);
  const table = Buffer.allocUnsafeSlow(bytes);
  for (let done = 0; done < bytes; done += RANGE_LIMITS.maxBytes) {
    const length = Math.min(RANGE_LIMITS.maxBytes, bytes - done);
    (await source.read(offset + done, length, signal)).copy(table, done);
  }
  return table;
}

/** Reads many small tables, given in the order of the file, by few ranges; some are in flight. Their bytes are a range's. */
export async function* readTables<T extends Span>(
  source: ByteSource,
  places: readonly T[],
  signal?: AbortSignal,
): AsyncGenerator<{ place: T; bytes: Buffer }> {
  const reads = inOrder(coalesce(places), {
    run: async (range) => ({ range, data: await source.read(range.start, range.end - range.start, signal) }),
    weigh: (range) => Math.max(REQUEST, range.end - range.start),
    budget: TABLES_IN_FLIGHT,
  });
  for await (const { range, data } of reads) {
    for (const place of range.items) {
      yield { place, bytes: data.subarray(place.start - range.start, place.end - range.start) };
    }
  }
}
