import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExportDiskFormat } from '@imago/contracts';

const run = promisify(execFile);

export const MIB = 2 ** 20;

/** A disk with data that compresses, data that does not, and holes; of three parts as qcow2, and of no round size. */
export function someDisk(): Buffer {
  const disk = Buffer.alloc(17 * MIB + 512 * 7);
  randomBytes(11 * MIB).copy(disk, 2 * MIB + 512);
  disk.fill('a line of a log, and another one\n', 14 * MIB, 15 * MIB);
  randomBytes(512).copy(disk, disk.length - 512);
  return disk;
}

/** What qemu calls a format. */
const NAMES: Readonly<Record<ExportDiskFormat, string>> = {
  qcow2: 'qcow2',
  raw: 'raw',
  vhd: 'vpc',
  vhdx: 'vhdx',
  vmdk: 'vmdk',
};

/** What qemu-img says of files in a folder: the judge of what is exported. */
export class QemuImg {
  #files = 0;

  constructor(
    private readonly program: string,
    private readonly directory: string,
  ) {}

  /** Rejects with what qemu-img says when the file holds another disk than the raw one. */
  async requireSame(file: Buffer, format: ExportDiskFormat, disk: Buffer): Promise<void> {
    const [one, other] = [await this.#write(file), await this.#write(disk)];
    await run(this.program, ['compare', '-f', NAMES[format], '-F', 'raw', one, other]);
  }

  async #write(bytes: Buffer): Promise<string> {
    const path = join(this.directory, `disk-${++this.#files}`);
    await writeFile(path, bytes);
    return path;
  }
}
