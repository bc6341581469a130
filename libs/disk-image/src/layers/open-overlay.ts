import { InspectionRefusal } from '../inspection-refusal.ts';
import { DEFAULT_LIMITS } from '../inspect/limits.ts';
import type { OpenOptions } from '../inspect/open-disk.ts';
import type { ClusterMap } from '../qcow2/cluster-map.ts';
import { QCOW2_MAGIC } from '../qcow2/format.ts';
import { parseQcow2Header } from '../qcow2/header.ts';
import { loadClusterMap } from '../qcow2/load-cluster-map.ts';
import { MappedReader } from '../reader/mapped-reader.ts';
import type { Extent } from '../reader/disk-reader.ts';
import { assertRange, fillFrom } from '../source/byte-source.ts';
import type { ByteSource } from '../source/byte-source.ts';

const HEAD_BYTES = 256 * 1024;

/** What a qcow2 file has of its own of a disk whose rest lies below it. */
export interface Overlay {
  /** Bytes of the disk. */
  readonly virtualSize: number;
  /**
   * What of a range the file has, also as zeros or because it was discarded there: ascending, not touching each other. The
   * rest is as below.
   */
  ownRuns(offset: number, length: number): Iterable<Extent>;
  /** Fills the target from the file alone: zeros where it has nothing. @throws InspectionRefusal for damage in it */
  readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void>;
}

/**
 * Opens a file that qemu writes over another disk, and that names none. It is inspected like a foreign one, but for the
 * marks of other formats: its end is its guest's. @throws InspectionRefusal
 */
export async function openOverlay(source: ByteSource, options: OpenOptions = {}): Promise<Overlay> {
  const { limits = DEFAULT_LIMITS, signal } = options;
  const head = await source.read(0, Math.min(HEAD_BYTES, source.size), signal);
  if (head.length < 4 || head.readUInt32BE(0) !== QCOW2_MAGIC) {
    throw new InspectionRefusal('image.format_mismatch', 'The overlay is no qcow2 file');
  }
  const header = parseQcow2Header(head, source.size, limits);
  return new OverlayDisk(source, await loadClusterMap(source, header, { head, limits, signal }));
}

class OverlayDisk implements Overlay {
  readonly virtualSize: number;
  private readonly source: ByteSource;
  private readonly map: ClusterMap;

  constructor(source: ByteSource, map: ClusterMap) {
    this.source = source;
    this.map = map;
    this.virtualSize = map.virtualSize;
  }

  *ownRuns(offset: number, length: number): Generator<Extent> {
    assertRange({ size: this.virtualSize }, offset, length);
    for (const { start, end } of this.map.ownRuns(offset, offset + length)) {
      yield { offset: start, length: end - start };
    }
  }

  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    assertRange({ size: this.virtualSize }, offset, target.length);
    const pieces = this.map.pieces(offset, offset + target.length);
    if (pieces.some(({ encoding }) => encoding !== 'plain')) {
      const data = await new MappedReader(this.source, this.map).read(offset, target.length, signal);
      data.copy(target);
      return;
    }
    let done = 0;
    for (const { at, length, start } of pieces) {
      target.fill(0, done, at);
      await fillFrom(this.source, start, target.subarray(at, at + length), signal);
      done = at + length;
    }
    target.fill(0, done);
  }
}
