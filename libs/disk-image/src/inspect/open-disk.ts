import type { ByteSource } from '../source/byte-source.ts';
import type { DiskReader } from '../reader/disk-reader.ts';
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

/** Inspects a file, which must be what it is declared to be, and opens the disk in it. @throws InspectionRefusal */
export function openDisk(
  source: ByteSource,
  declared: SourceFormat,
  options: OpenOptions = {},
): Promise<InspectedDisk> {
  return Promise.reject(
    new Error(`${declared} of ${source.size} bytes is not read yet (${Object.keys(options).join()})`),
  );
}
