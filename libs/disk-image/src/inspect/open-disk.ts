import { openQcow2 } from '../qcow2/open-qcow2.ts';
import { openRaw } from '../raw/open-raw.ts';
import type { DiskReader } from '../reader/disk-reader.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { openVdi } from '../vdi/open-vdi.ts';
import { openVhd } from '../vhd/open-vhd.ts';
import { openVhdx } from '../vhdx/open-vhdx.ts';
import { openVmdk } from '../vmdk/open-vmdk.ts';
import { readEnds } from './declared-format.ts';
import type { FileFormat, SourceFormat } from './declared-format.ts';
import type { ImageFile, OpenedDisk } from './image-file.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { InspectionLimits } from './limits.ts';

/** What a look at the file told, before a byte of data was used. */
export interface Inspection {
  readonly format: FileFormat;
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

/** How the disk in a file of each format is opened. */
const OPENERS: Readonly<Record<SourceFormat, (file: ImageFile) => OpenedDisk | Promise<OpenedDisk>>> = {
  raw: openRaw,
  qcow2: openQcow2,
  vmdk: openVmdk,
  vhd: openVhd,
  vhdx: openVhdx,
  vdi: openVdi,
};

/** Inspects a file, which must be what it is declared to be, and opens the disk in it. @throws InspectionRefusal */
export async function openDisk(
  source: ByteSource,
  declared: SourceFormat,
  options: OpenOptions = {},
): Promise<InspectedDisk> {
  const { limits = DEFAULT_LIMITS, signal } = options;
  const ends = await readEnds(source, declared, signal);
  const { reader, allocatedBytes, warnings } = await OPENERS[declared]({ source, ...ends, limits, signal });
  return { inspection: { format: declared, virtualSize: reader.virtualSize, allocatedBytes, warnings }, reader };
}
