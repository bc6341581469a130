import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { assertRange, ShortReadError } from './byte-source.ts';
import type { ByteSource } from './byte-source.ts';

/** A local file. Its size is taken when it is opened. */
export class FileSource implements ByteSource {
  readonly size: number;
  private readonly handle: FileHandle;

  private constructor(handle: FileHandle, size: number) {
    this.handle = handle;
    this.size = size;
  }

  static async open(path: string): Promise<FileSource> {
    const handle = await open(path, 'r');
    try {
      return new FileSource(handle, (await handle.stat()).size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    assertRange(this, offset, length);
    const target = Buffer.allocUnsafeSlow(length);
    await this.readInto(offset, target, signal);
    return target;
  }

  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    assertRange(this, offset, target.length);
    for (let done = 0; done < target.length;) {
      signal?.throwIfAborted();
      const { bytesRead } = await this.handle.read(target, done, target.length - done, offset + done);
      if (bytesRead === 0) throw new ShortReadError(`The file ends at ${offset + done}, expected ${this.size} bytes`);
      done += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
