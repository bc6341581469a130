import { InspectionRefusal } from '../inspection-refusal.ts';
import { loadClusterMap } from '../qcow2/load-cluster-map.ts';
import { parseQcow2Header } from '../qcow2/header.ts';
import { Qcow2Reader } from '../qcow2/qcow2-reader.ts';
import { RawReader } from '../raw/raw-reader.ts';
import type { DiskReader } from '../reader/disk-reader.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { STORED_CLUSTER_SIZE } from '../store/layout.ts';
import { readHead } from './declared-format.ts';
import type { SourceFormat } from './declared-format.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { InspectionLimits } from './limits.ts';

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

const SECTOR = 512;

/** Inspects a file, which must be what it is declared to be, and opens the disk in it. @throws InspectionRefusal */
export async function openDisk(
  source: ByteSource,
  declared: SourceFormat,
  options: OpenOptions = {},
): Promise<InspectedDisk> {
  const { limits = DEFAULT_LIMITS, signal } = options;
  const head = await readHead(source, declared, signal);
  return declared === 'raw' ? openRaw(source, limits) : openQcow2(source, { head, limits, signal });
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
  const { virtualSize } = map;
  const allocatedBytes = map.allocatedBytes(STORED_CLUSTER_SIZE);
  return {
    inspection: { format: 'qcow2', virtualSize, allocatedBytes, warnings },
    reader: new Qcow2Reader(source, map),
  };
}
