import { assertRange, fillFrom, type ByteSource } from './byte-source.ts';

/** The first bytes of a source, without what follows them. */
export class PartSource implements ByteSource {
  readonly size: number;
  private readonly whole: ByteSource;

  constructor(whole: ByteSource, size: number) {
    assertRange(whole, 0, size);
    this.whole = whole;
    this.size = size;
  }

  read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    assertRange(this, offset, length);
    return this.whole.read(offset, length, signal);
  }

  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    assertRange(this, offset, target.length);
    await fillFrom(this.whole, offset, target, signal);
  }
}
