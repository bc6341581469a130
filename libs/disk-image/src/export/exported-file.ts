import type { DiskReader } from '../reader/disk-reader.ts';
import { assertRange } from '../source/byte-source.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { DiskShape } from './disk-shape.ts';
import { DiskWindows, endOfWindow, wantCopy } from './disk-windows.ts';
import type { WantedRange } from './disk-windows.ts';
import { FileLayout } from './file-layout.ts';
import type { Stretch } from './file-layout.ts';
import { plainQcow2 } from './qcow2-file.ts';
import { rawSection } from './raw-file.ts';
import { dynamicVhd, fixedVhd, LARGEST_VHD } from './vhd-file.ts';
import { LARGEST_VHDX, vhdx } from './vhdx-file.ts';
import { LARGEST_VMDK, vmdk } from './vmdk-file.ts';

/** Formats a disk is given out in. `vhd` grows with its data, `vhd-fixed` is all of the disk. */
export const EXPORT_FORMATS = ['raw', 'qcow2', 'vhd', 'vhd-fixed', 'vhdx', 'vmdk'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Bytes of the largest disk that a file of the format can hold. */
export const LARGEST_DISK: Readonly<Record<ExportFormat, number>> = {
  raw: Number.MAX_SAFE_INTEGER,
  qcow2: Number.MAX_SAFE_INTEGER,
  vhd: LARGEST_VHD,
  'vhd-fixed': LARGEST_VHD,
  vhdx: LARGEST_VHDX,
  vmdk: LARGEST_VMDK,
};

export interface ExportOptions {
  readonly format: ExportFormat;
  /** Names the content of the disk, as the hash of its index does: ids inside of the file are derived from it. */
  readonly identity: string;
}

/** The disk has more bytes than files of the format can hold: another format can. */
export class DiskTooLargeError extends Error {
  override readonly name = 'DiskTooLargeError';
}

/**
 * The disk as a file of a format, which is nowhere and is made where it is read. Its size, and the place of every byte,
 * follow from which parts of the disk may hold data; so it is read in any ranges, again and by others, and is the same
 * each time. The disk must not change. Sequential reads of some MiB read each cluster of the disk once; memory is a few
 * windows of the disk, whatever the size.
 *
 * What is stored as qcow2 already is better given out as it is, or as its {@link flattenedImage}: nothing is decoded.
 * @throws DiskTooLargeError
 */
export function exportedFile(disk: DiskReader, { format, identity }: ExportOptions): ByteSource {
  const largest = LARGEST_DISK[format];
  if (disk.virtualSize > largest) {
    throw new DiskTooLargeError(`A disk of ${disk.virtualSize} bytes does not fit into ${format}: ${largest} at most`);
  }
  return new ExportedFile(disk, layoutOf(new DiskShape(disk), format, identity));
}

function layoutOf(shape: DiskShape, format: ExportFormat, identity: string): FileLayout {
  switch (format) {
    case 'raw':
      return new FileLayout([rawSection(shape)]);
    case 'qcow2':
      return plainQcow2(shape);
    case 'vhd':
      return dynamicVhd(shape, identity);
    case 'vhd-fixed':
      return fixedVhd(shape, identity);
    case 'vhdx':
      return vhdx(shape, identity);
    case 'vmdk':
      return vmdk(shape, identity);
    default:
      return format satisfies never;
  }
}

class ExportedFile implements ByteSource {
  readonly size: number;
  private readonly layout: FileLayout;
  private readonly windows: DiskWindows;

  constructor(disk: DiskReader, layout: FileLayout) {
    this.layout = layout;
    this.size = layout.size;
    this.windows = new DiskWindows(disk);
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    assertRange(this, offset, length);
    const target = Buffer.allocUnsafeSlow(length);
    await this.readInto(offset, target, signal);
    return target;
  }

  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    assertRange(this, offset, target.length);
    signal?.throwIfAborted();
    const wanted: WantedRange[] = [];
    for (let done = 0; done < target.length;) {
      done += fill(this.layout.at(offset + done), target.subarray(done), wanted);
    }
    await this.windows.use(wanted, signal);
  }
}

/** Fills the beginning of the target with a stretch, or notes what of the disk it wants for that; answers how much. */
function fill(stretch: Stretch, target: Buffer, wanted: WantedRange[]): number {
  switch (stretch.is) {
    case 'bytes':
      return stretch.bytes.copy(target);
    case 'zeros': {
      const length = Math.min(stretch.length, target.length);
      target.fill(0, 0, length);
      return length;
    }
    case 'disk': {
      const { offset } = stretch;
      const length = Math.min(stretch.length, target.length, endOfWindow(offset) - offset);
      wantCopy(wanted, offset, target.subarray(0, length));
      return length;
    }
    case 'derived': {
      const { range, derive, skip } = stretch;
      const place = target.subarray(0, Math.min(stretch.length, target.length));
      const use = (data: Buffer): void => void derive(data).copy(place, 0, skip);
      wanted.push({ start: range.offset, end: range.offset + range.length, use });
      return place.length;
    }
    default:
      return stretch satisfies never;
  }
}
