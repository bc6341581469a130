const PAGE = 4096;
const ZEROS = Buffer.alloc(PAGE);

/** Bytes that are mostly zeros, kept without these: the tables of an image reserve room for all it could hold. */
export class SparseBytes {
  private readonly pages = new Map<number, Buffer>();

  constructor(bytes: Buffer) {
    for (let start = 0; start < bytes.length; start += PAGE) {
      const page = bytes.subarray(start, start + PAGE);
      if (!page.equals(ZEROS.subarray(0, page.length))) this.pages.set(start / PAGE, Buffer.from(page));
    }
  }

  /** Fills the target with the bytes from an offset on. */
  copy(offset: number, target: Buffer): void {
    for (let done = 0; done < target.length;) {
      const from = (offset + done) % PAGE;
      const part = target.subarray(done, done + PAGE - from);
      const page = this.pages.get(Math.floor((offset + done) / PAGE));
      if (page) page.copy(part, 0, from);
      else part.fill(0);
      done += part.length;
    }
  }
}
