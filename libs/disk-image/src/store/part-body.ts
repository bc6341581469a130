const CHUNK_BYTES = 2 ** 20;

/** Memory for parts, lent in chunks and reused. */
export class ChunkPool {
  private readonly free: Buffer[] = [];

  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
  }

  giveBack(chunks: readonly Buffer[]): void {
    this.free.push(...chunks);
  }
}

/** The bytes of a part while it grows. */
export class PartBody {
  size = 0;
  private readonly pool: ChunkPool;
  private readonly chunks: Buffer[] = [];

  constructor(pool: ChunkPool) {
    this.pool = pool;
  }

  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const used = this.size % CHUNK_BYTES;
      if (used === 0) this.chunks.push(this.pool.take());
      const slice = bytes.subarray(done, done + CHUNK_BYTES - used);
      this.chunks.at(-1)?.set(slice, used);
      done += slice.length;
      this.size += slice.length;
    }
  }

  /** All bytes, in order. Valid until `release`. */
  buffers(): Buffer[] {
    return this.chunks.map((chunk, at) => chunk.subarray(0, Math.min(CHUNK_BYTES, this.size - at * CHUNK_BYTES)));
  }

  release(): void {
    this.pool.giveBack(this.chunks.splice(0));
  }
}
