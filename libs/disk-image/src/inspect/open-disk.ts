import { InspectionRefusal } from '../inspection-refusal.ts';
import { loadClusterMap } from '../qcow2/load-cluster-map.ts';
import { parseQcow2Header } from '../qcow2/header.ts';
import { Qcow2Reader } from '../qcow2/qcow2-reader.ts';
import { RawReader } from '../raw/raw-reader.ts';
import type { DiskReader } from '../reader/disk-reader.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { STORED_CLUSTER_SIZE } from '../store/layout.ts';
import { detectFormats } from './image-format.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { InspectionLimits } from './limits.ts';

/** Formats that are read. */
export type SourceFormat = 'raw' | 'qcow2';

/** What a look at the file told, before a byte of data was used. */
export interface Inspection {
  readonly format: SourceFormat;
  /** Bytes of the disk. */
  readonly virtualSize: number;
  /** Bytes of the disk in 1 MiB clusters that may hold data: the work to do. */
  readonly allocatedBytes: number;
  readonly warnings: readonly string[];
}

export interface InspectedDisk {
  readonly inspection: Inspection;
  readonly reader: DiskReader;
}

export interface OpenOptions {
  readonly limits?: InspectionLimits;
  readonly signal?: AbortSignal;
}

/** The first read: as qemu writes files, it has the header, the refcount table and the L1 table. */
const HEAD_BYTES = 256 * 1024;
const TAIL_BYTES = 512;
const SECTOR = 512;

/** Inspects a file, which must be what it is declared to be, and opens the disk in it. @throws InspectionRefusal */
export async function openDisk(
  source: ByteSource,
  declared: SourceFormat,
  options: OpenOptions = {},
): Promise<InspectedDisk> {
  const { limits = DEFAULT_LIMITS, signal } = options;
  if (source.size === 0) throw new InspectionRefusal('image.empty', 'The file is empty');
  const head = await source.read(0, Math.min(HEAD_BYTES, source.size), signal);
  const whole = head.length === source.size;
  const tail = whole ? head.subarray(-TAIL_BYTES) : await source.read(source.size - TAIL_BYTES, TAIL_BYTES, signal);
  refuseOtherFormats(declared, detectFormats(head, tail));
  return declared === 'raw' ? openRaw(source, limits) : openQcow2(source, { head, limits, signal });
}

function refuseOtherFormats(declared: SourceFormat, marks: readonly string[]): void {
  const found = marks.length === 0 ? ['raw'] : marks;
  if (found.length === 1 && found[0] === declared) return;
  const message = `Declared ${declared}, found ${found.join(' and ')}`;
  if (found.length > 1) throw new InspectionRefusal('image.format_ambiguous', message);
  const readable = found[0] === 'raw' || found[0] === 'qcow2';
  throw new InspectionRefusal(readable ? 'image.format_mismatch' : 'image.format_unsupported', message);
}

function openRaw(source: ByteSource, limits: InspectionLimits): InspectedDisk {
  if (source.size % SECTOR !== 0) {
    throw new InspectionRefusal('image.raw_size', `${source.size} bytes are not a whole number of sectors`);
  }
  if (source.size > limits.maxVirtualSize) {
    throw new InspectionRefusal(
      'image.virtual_size',
      `A disk of ${source.size} bytes is over the limit of ${limits.maxVirtualSize}`,
    );
  }
  const inspection = { format: 'raw', virtualSize: source.size, allocatedBytes: source.size, warnings: [] } as const;
  return { inspection, reader: new RawReader(source) };
}

interface Qcow2Options {
  readonly head: Buffer;
  readonly limits: InspectionLimits;
  readonly signal: AbortSignal | undefined;
}

async function openQcow2(source: ByteSource, options: Qcow2Options): Promise<InspectedDisk> {
  const header = parseQcow2Header(options.head, source.size, options.limits);
  const map = await loadClusterMap(source, header, options);
  const warnings: string[] = [];
  if (header.snapshots > 0)
    warnings.push(`${header.snapshots} internal snapshots are left out: the current disk is taken`);
  if (header.dirty) warnings.push('The image was not closed cleanly: changes in flight at that moment may be missing');
  const { virtualSize } = header;
  const allocatedBytes = map.allocatedBytes(STORED_CLUSTER_SIZE);
  return {
    inspection: { format: 'qcow2', virtualSize, allocatedBytes, warnings },
    reader: new Qcow2Reader(source, map),
  };
}
