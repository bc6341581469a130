import { open, type FileHandle } from 'node:fs/promises';
import type { ExaminedDisk } from '../index.ts';

/** A raw file as a disk. */
export class FileDisk implements ExaminedDisk {
  readonly virtualSize: number;
  private readonly file: FileHandle;

  private constructor(file: FileHandle, size: number) {
    this.file = file;
    this.virtualSize = size;
  }

  static async open(path: string): Promise<FileDisk> {
    const file = await open(path);
    return new FileDisk(file, (await file.stat()).size);
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const target = Buffer.alloc(length);
    await this.file.read(target, 0, length, offset);
    return target;
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
