import { assertRange, type ByteSource, fillFrom } from './byte-source.ts';

/** Sources one behind the other, read as one. */
export class JoinedSource implements ByteSource {
  readonly size: number;
  readonly #parts: readonly { readonly source: ByteSource; readonly start: number; readonly end: number }[];

  constructor(sources: readonly ByteSource[]) {
    let end = 0;
    this.#parts = sources.map((source) => {
      const start = end;
      end += source.size;
      return { source, start, end };
    });
    this.size = end;
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    const target = Buffer.allocUnsafeSlow(length);
    await this.readInto(offset, target, signal);
    return target;
  }

  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    assertRange(this, offset, target.length);
    const last = offset + target.length;
    const touched = this.#parts.filter(({ start, end }) => start < last && end > offset);
    await Promise.all(
      touched.map(({ source, start, end }) => {
        const [from, to] = [Math.max(start, offset), Math.min(end, last)];
        return fillFrom(source, from - start, target.subarray(from - offset, to - offset), signal);
      }),
    );
  }
}
