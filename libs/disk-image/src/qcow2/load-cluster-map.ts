import { InspectionRefusal } from '../inspection-refusal.ts';
import { readTables } from '../inspect/image-file.ts';
import type { InspectionLimits } from '../inspect/limits.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { Span } from '../source/coalesce.ts';
import { ClusterMap } from './cluster-map.ts';
import { refuseSharedBytes } from './compressed-overlap.ts';
import {
  compressedBytes,
  compressedOffset,
  compressedSectors,
  entryOffset,
  hasReservedBits,
  hasZeroFlag,
  isCompressed,
} from './format.ts';
import type { Qcow2Header } from './format.ts';
import { HostUse } from './host-use.ts';

interface TablePlace extends Span {
  readonly index: number;
}

interface Subject {
  readonly source: ByteSource;
  readonly header: Qcow2Header;
  readonly use: HostUse;
}

export interface LoadOptions {
  /** First bytes of the file, already read. */
  readonly head: Buffer;
  readonly limits: InspectionLimits;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads all tables and checks every entry: aligned, inside the file, outside of the metadata, no byte used twice. After
 * this the data of the image can not exceed its file. Throws `InspectionRefusal`.
 */
export async function loadClusterMap(
  source: ByteSource,
  header: Qcow2Header,
  options: LoadOptions,
): Promise<ClusterMap> {
  const { clusterSize } = header;
  if (source.size / clusterSize > options.limits.maxHostClusters) {
    throw new InspectionRefusal(
      'image.tables',
      `A file of ${source.size} bytes has too many clusters of ${clusterSize} bytes`,
    );
  }
  const use = new HostUse(source.size, clusterSize);
  use.take(0, clusterSize, 0);
  use.take(header.l1Offset, header.l1Bytes, 40);
  use.take(header.refcountTableOffset, header.refcountTableBytes, 48);
  const subject: Subject = { source, header, use };
  const places = locateTables(await readL1(subject, options), subject, options.limits);
  const tables = await readL2Tables(places, subject, options.signal);
  return new ClusterMap(header, tables, source.size);
}

async function readL1({ source, header }: Subject, { head, signal }: LoadOptions): Promise<Buffer> {
  const { l1Offset, l1Entries } = header;
  const end = l1Offset + l1Entries * 8;
  return end <= head.length ? head.subarray(l1Offset, end) : source.read(l1Offset, l1Entries * 8, signal);
}

/** Every L2 table's place, in the order of the file. */
function locateTables(l1: Buffer, { source, header, use }: Subject, limits: InspectionLimits): TablePlace[] {
  const { clusterSize } = header;
  const places: TablePlace[] = [];
  for (let index = 0; index < header.l1Entries; index += 1) {
    const [high, low] = [l1.readUInt32BE(index * 8), l1.readUInt32BE(index * 8 + 4)];
    const at = header.l1Offset + index * 8;
    const start = entryOffset(high, low);
    if ((high & 0x7f000000) !== 0 || (low & 0x1ff) !== 0) {
      throw new InspectionRefusal('image.tables', `L1 entry ${index} has reserved bits set`, at);
    }
    if (start === 0) continue;
    checkCluster(start, clusterSize, { source, header, at });
    use.take(start, clusterSize, at);
    places.push({ index, start, end: start + clusterSize });
    if (places.length * clusterSize > limits.maxTableBytes) {
      throw new InspectionRefusal('image.tables', `The tables take more than ${limits.maxTableBytes} bytes`, at);
    }
  }
  return places.sort((a, b) => a.start - b.start);
}

async function readL2Tables(
  places: readonly TablePlace[],
  subject: Subject,
  signal?: AbortSignal,
): Promise<(DataView | undefined)[]> {
  const { source, header } = subject;
  const tables = new Array<DataView | undefined>(header.l1Entries);
  let compressed = 0;
  for await (const { place, bytes } of readTables(source, places, signal)) {
    const table = new DataView(Uint8Array.from(bytes).buffer); // not the range's
    compressed += checkTable(table, place, subject);
    tables[place.index] = table;
  }
  await refuseSharedBytes({ tables, clusterBits: header.clusterBits, fileSize: source.size, count: compressed });
  return tables;
}

/** Checks the entries of one L2 table and counts the compressed ones. */
function checkTable(table: DataView, place: TablePlace, { source, header, use }: Subject): number {
  const { clusterSize, clusterBits, virtualSize } = header;
  const firstCluster = place.index * (clusterSize / 8);
  const entries = Math.min(clusterSize / 8, Math.ceil(virtualSize / clusterSize) - firstCluster);
  let compressed = 0;
  for (let index = 0; index < entries; index += 1) {
    const high = table.getUint32(index * 8);
    const low = table.getUint32(index * 8 + 4);
    if (high === 0 && low === 0) continue;
    const at = place.start + index * 8;
    if (isCompressed(high)) {
      const offset = compressedOffset(high, low, clusterBits);
      if (offset >= source.size) throw outside(offset, at);
      const bytes = compressedBytes(offset, compressedSectors(high, clusterBits));
      use.share(offset, Math.min(bytes, source.size - offset), at);
      compressed += 1;
      continue;
    }
    if (hasReservedBits(high, low) || (header.version < 3 && hasZeroFlag(low))) {
      throw new InspectionRefusal(
        'image.tables',
        `The entry of cluster ${firstCluster + index} has reserved bits set`,
        at,
      );
    }
    const offset = entryOffset(high, low);
    if (offset === 0) continue;
    checkCluster(offset, Math.min(clusterSize, virtualSize - (firstCluster + index) * clusterSize), {
      source,
      header,
      at,
    });
    use.take(offset, Math.min(clusterSize, source.size - offset), at);
  }
  // What lies behind the end of the disk is never looked at.
  for (let index = entries; index < clusterSize / 8; index += 1) table.setBigUint64(index * 8, 0n);
  return compressed;
}

interface Where {
  readonly source: ByteSource;
  readonly header: Qcow2Header;
  /** Where the file says so. */
  readonly at: number;
}

function checkCluster(offset: number, bytes: number, { source, header, at }: Where): void {
  if (offset % header.clusterSize !== 0) {
    throw new InspectionRefusal('image.offset_unaligned', `The offset ${offset} is not the start of a cluster`, at);
  }
  if (offset + bytes > source.size) throw outside(offset, at);
}

function outside(offset: number, at: number): InspectionRefusal {
  return new InspectionRefusal('image.offset_out_of_file', `The offset ${offset} is outside of the file`, at);
}
