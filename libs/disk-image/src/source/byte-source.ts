/**
 * Bytes at rest that do not change while they are read: an object pinned by its ETag, a file, a buffer.
 * `read` answers exactly `length` bytes or rejects; it is called several times at once. The caller owns the buffer.
 */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer>;
  /**
   * The same, filling memory of the caller. A source that has it is read without garbage: a disk's worth of 8 MiB
   * buffers costs a process some 200 MiB until they are collected.
   */
  readInto?(offset: number, target: Buffer, signal?: AbortSignal): Promise<void>;
}

/** Fills the target from the source, as well as the source can. */
export async function fillFrom(
  source: ByteSource,
  offset: number,
  target: Buffer,
  signal?: AbortSignal,
): Promise<void> {
  if (source.readInto) await source.readInto(offset, target, signal);
  else (await source.read(offset, target.length, signal)).copy(target);
}

/** The same bytes, read within `told`, which says in its own words what goes wrong with them. */
export function toldSource(source: ByteSource, told: <T>(read: () => Promise<T>) => Promise<T>): ByteSource {
  return {
    size: source.size,
    read: (offset, length, signal) => told(() => source.read(offset, length, signal)),
    readInto: (offset, target, signal) => told(() => fillFrom(source, offset, target, signal)),
  };
}

/** The source gave fewer bytes than its size promised: it changed under the reader, or the transport lost some. */
export class ShortReadError extends Error {
  override readonly name = 'ShortReadError';
}

/** Refuses a range outside of the source: always a mistake of the caller. */
export function assertRange(source: { readonly size: number }, offset: number, length: number): void {
  if (offset < 0 || length < 0 || offset + length > source.size) {
    throw new RangeError(`Range ${offset}+${length} is outside of a source of ${source.size} bytes`);
  }
}

/** Counts what a source is asked for; readers show it as progress and tests as proof of coalescing. */
export class CountingSource implements ByteSource {
  reads = 0;
  bytes = 0;
  private readonly source: ByteSource;

  constructor(source: ByteSource) {
    this.source = source;
  }

  get size(): number {
    return this.source.size;
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    this.reads += 1;
    const data = await this.source.read(offset, length, signal);
    this.bytes += data.length;
    return data;
  }

  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    this.reads += 1;
    await fillFrom(this.source, offset, target, signal);
    this.bytes += target.length;
  }
}

/** A source in memory. */
export class BufferSource implements ByteSource {
  private readonly data: Buffer;

  constructor(data: Buffer) {
    this.data = data;
  }

  get size(): number {
    return this.data.length;
  }

  read(offset: number, length: number): Promise<Buffer> {
    assertRange(this, offset, length);
    return Promise.resolve(this.data.subarray(offset, offset + length));
  }
}
