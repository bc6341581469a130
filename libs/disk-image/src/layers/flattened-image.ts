import type { OpenOptions } from '../inspect/open-disk.ts';
import { freeNow } from '../reader/free-now.ts';
import { zstdFrame } from '../reader/zstd-frame.ts';
import { assertRange, fillFrom } from '../source/byte-source.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { coalesce } from '../source/coalesce.ts';
import type { RangeRead, Span } from '../source/coalesce.ts';
import { Semaphore } from '../source/semaphore.ts';
import type { ClusterIndex } from '../store/cluster-index.ts';
import { FlattenedLayout } from './flattened-layout.ts';
import { openChain, refuseMisfit } from './open-chain.ts';
import type { Chain } from './open-chain.ts';
import { SparseBytes } from './sparse-bytes.ts';
import { StoredImageDamagedError } from './stored-image-damaged.ts';

/** What one read has in memory: ranges of this size, so many at once. */
const RANGES = { maxBytes: 4 * 2 ** 20, maxGap: 512 * 1024 };
const RANGES_AT_ONCE = 4;
/** Bytes and frames of the image that are worked on at once: a frame may be a hundred bytes and less. */
const WINDOW = { bytes: 8 * 2 ** 20, frames: 4096 };

/**
 * The disk in layers, given from the top one to the base, as one standalone qcow2: the header and the tables of the
 * stored format, then the zstd frames in ascending order of their clusters without gaps, and zeros up to a sector. Frames
 * are copied as their layer has them. So its size and the place of every frame follow from the index alone, and the same
 * index gives the same bytes whatever the chain is: frames go from layer to layer as they are, never compressed again.
 *
 * A frame is looked at before its first byte is given out: one that is not as long as the index says is refused.
 * @throws InspectionRefusal | StoredImageDamagedError, and so do reads
 */
export async function flattenedImage(
  index: ClusterIndex,
  layers: readonly ByteSource[],
  options: OpenOptions = {},
): Promise<ByteSource> {
  const chain = await openChain(layers, options);
  refuseMisfit(chain.map, index);
  return new FlattenedImage(index, chain);
}

/** Bytes of one frame that are wanted, as a span of the layers. */
interface WantedBytes extends Span {
  readonly entry: number;
  /** First byte of the frame that is wanted, and where it goes. */
  readonly from: number;
  readonly target: Buffer;
}

class FlattenedImage implements ByteSource {
  readonly size: number;
  private readonly index: ClusterIndex;
  private readonly chain: Chain;
  private readonly layout: FlattenedLayout;
  private readonly head: SparseBytes;
  /** One bit for each frame whose length has been seen to be right. */
  private readonly seen: Uint8Array;

  constructor(index: ClusterIndex, chain: Chain) {
    this.index = index;
    this.chain = chain;
    this.layout = new FlattenedLayout(index);
    this.size = this.layout.size;
    this.seen = new Uint8Array(Math.ceil(index.count / 8));
    const head = this.layout.head();
    this.head = new SparseBytes(head);
    freeNow(head);
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    assertRange(this, offset, length);
    const target = Buffer.allocUnsafeSlow(length);
    await this.readInto(offset, target, signal);
    return target;
  }

  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    assertRange(this, offset, target.length);
    const headBytes = Math.min(target.length, Math.max(0, this.layout.headBytes - offset));
    this.head.copy(offset, target.subarray(0, headBytes));
    for (let done = headBytes; done < target.length;) {
      signal?.throwIfAborted();
      const window = target.subarray(done, done + WINDOW.bytes);
      done += await this.fillWindow(offset + done, window, signal);
    }
  }

  /** Fills as much of the target as is worked on at once, and answers how much that is. */
  private async fillWindow(offset: number, target: Buffer, signal?: AbortSignal): Promise<number> {
    const wanted: WantedBytes[] = [];
    let filled = 0;
    const first = this.layout.entryAt(offset);
    for (let entry = first; filled < target.length && wanted.length < WINDOW.frames; entry += 1) {
      if (entry === this.index.count) {
        target.fill(0, filled); // what follows the last frame in its sector
        filled = target.length;
        break;
      }
      const from = offset + filled - this.layout.start(entry);
      const part = target.subarray(filled, filled + this.index.size(entry) - from);
      wanted.push(this.wantedBytes(entry, from, part));
      filled += part.length;
    }
    const places = new Semaphore(RANGES_AT_ONCE);
    const ranges = [
      ...coalesce(
        wanted.sort((a, b) => a.start - b.start),
        RANGES,
      ),
    ];
    const copies = ranges.map((range) => places.run(() => this.copyRange(range, signal)));
    // All of them, because the caller does as it likes with the target after that.
    const failed = (await Promise.allSettled(copies)).find((copy) => copy.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return filled;
  }

  /** All of a frame that has not been seen yet. */
  private wantedBytes(entry: number, from: number, target: Buffer): WantedBytes {
    const frame = this.chain.map.frame(this.index.cluster(entry));
    if (frame === undefined) throw new Error(`Entry ${entry} of the index has no frame`);
    const { start } = frame;
    if (!this.isSeen(entry)) return { entry, from, target, start, end: start + this.index.size(entry) };
    return { entry, from, target, start: start + from, end: start + from + target.length };
  }

  private async copyRange({ start, end, items }: RangeRead<WantedBytes>, signal?: AbortSignal): Promise<void> {
    const data = Buffer.allocUnsafeSlow(end - start);
    signal?.throwIfAborted();
    await fillFrom(this.chain.source, start, data, signal);
    for (const wanted of items) {
      const bytes = data.subarray(wanted.start - start, wanted.end - start);
      const isWhole = bytes.length === this.index.size(wanted.entry);
      if (isWhole) this.look(wanted.entry, bytes);
      bytes.copy(wanted.target, 0, isWhole ? wanted.from : 0);
    }
    freeNow(data);
  }

  /** @throws StoredImageDamagedError when it is not one whole frame */
  private look(entry: number, bytes: Buffer): void {
    try {
      if (zstdFrame(bytes).length !== bytes.length) throw new RangeError('it ends before that');
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `The frame of cluster ${this.index.cluster(entry)} is not of ${bytes.length} bytes: ${reason}`;
      throw new StoredImageDamagedError(message, { cause });
    }
    this.seen[entry >>> 3] = (this.seen[entry >>> 3] ?? 0) | (1 << (entry & 7));
  }

  private isSeen(entry: number): boolean {
    return ((this.seen[entry >>> 3] ?? 0) & (1 << (entry & 7))) !== 0;
  }
}
