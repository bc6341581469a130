import { createGunzip } from 'node:zlib';
import { foundFormats } from '../inspect/declared-format.ts';
import type { ImageFormat } from '../inspect/image-format.ts';
import { InspectionRefusal } from '../inspection-refusal.ts';
import { type ByteSource, fillFrom } from '../source/byte-source.ts';
import { decode, requirePadding } from './decode-stream.ts';
import { DecoderError } from './decoder-error.ts';
import { unpackXz } from './xz-thread.ts';
import { unpackZstd } from './zstd-process.ts';

/** What a file may be packed with as a whole. */
export type Compression = 'gzip' | 'xz' | 'zstd';

export interface UnpackOptions {
  readonly compression: Compression;
  /** Most bytes that it may unpack to. */
  readonly mostBytes: number;
  readonly signal: AbortSignal;
  /** Is shown every byte of the packed file, in its order. */
  readonly onPacked?: (bytes: Buffer) => void;
}

const RANGE = 4 * 2 ** 20;
/** Bytes that come out at a time. */
const CHUNK = 2 ** 18;

/**
 * What is in a file that must be packed as it is declared to be, from its beginning to its end, once. Memory is a few
 * ranges and the window of the decoder (xz: up to 64 MiB; zstd: up to 128, in a process of its own), whatever comes out: who
 * reads slowly is waited for.
 * @throws InspectionRefusal image.format_mismatch, image.format_ambiguous, image.unpack_failed, image.unpacked_too_large
 */
export async function* unpack(source: ByteSource, options: UnpackOptions): AsyncGenerator<Buffer> {
  const { compression, mostBytes, signal } = options;
  requirePacked(compression, await foundFormats(source, signal));
  const packed = new PackedFile(source, options);
  let bytes = 0;
  try {
    for await (const some of decoders[compression](packed)) {
      signal.throwIfAborted();
      bytes += some.length;
      if (bytes > mostBytes) {
        const message = `The file unpacks to more than ${mostBytes} bytes, which the disk it is to be does not need`;
        throw new InspectionRefusal('image.unpacked_too_large', message);
      }
      yield Buffer.from(some.buffer, some.byteOffset, some.length);
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw packed.failure ?? damage(error, compression);
  }
}

/**
 * Judges what a file declared to be packed was found to be.
 * @throws InspectionRefusal image.format_mismatch, image.format_ambiguous
 */
export function requirePacked(compression: Compression, found: readonly ImageFormat[]): void {
  if (found.length === 1 && found[0] === compression) return;
  const code = found.length > 1 ? 'image.format_ambiguous' : 'image.format_mismatch';
  throw new InspectionRefusal(code, `Declared packed with ${compression}, found ${found.join(' and ')}`);
}

/** The file in its order; the next range is on its way while one is worked on. */
class PackedFile {
  readonly signal: AbortSignal;
  /** Why it could not be read, which is no damage of it. */
  failure: unknown;
  /** Of the range that is worked on and of the next: garbage of theirs would cost a process more than they do. */
  private readonly memory: Buffer[] = [];
  private readonly source: ByteSource;
  private readonly options: UnpackOptions;

  constructor(source: ByteSource, options: UnpackOptions) {
    this.source = source;
    this.options = options;
    this.signal = options.signal;
  }

  /** Each is good until the next is asked for. */
  async *ranges(): AsyncGenerator<Buffer> {
    try {
      let next = this.range(0);
      for (let offset = 0; next !== undefined; offset += RANGE) {
        const bytes = await next;
        next = this.range(offset + RANGE);
        next?.catch(() => undefined); // it is awaited in its turn
        this.options.onPacked?.(bytes);
        yield bytes;
      }
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  private range(offset: number): Promise<Buffer> | undefined {
    const { size } = this.source;
    if (offset >= size) return undefined;
    const at = (offset / RANGE) % 2;
    const memory = this.memory[at] ?? Buffer.allocUnsafeSlow(Math.min(RANGE, size));
    this.memory[at] = memory;
    const target = memory.subarray(0, Math.min(RANGE, size - offset));
    return fillFrom(this.source, offset, target, this.signal).then(() => target);
  }
}

const decoders: Readonly<Record<Compression, (packed: PackedFile) => AsyncIterable<Uint8Array>>> = {
  gzip: (packed) => decode(packed.ranges(), createGunzip({ chunkSize: CHUNK }), requirePadding),
  xz: (packed) => unpackXz(packed.ranges(), packed.signal),
  zstd: (packed) => unpackZstd(packed.ranges(), packed.signal),
};

function damage(error: unknown, compression: Compression): unknown {
  if (error instanceof InspectionRefusal || error instanceof DecoderError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const message = `What is packed with ${compression} cannot be unpacked: ${reason}`;
  return new InspectionRefusal('image.unpack_failed', message, undefined, { cause: error });
}
