import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const MIB = 2 ** 20;

/** A disk with data that compresses, data that does not, and holes. Its size is no multiple of a cluster. */
export function someDisk(): Buffer {
  const disk = Buffer.alloc(26 * MIB + 512 * 7);
  randomBytes(17 * MIB).copy(disk, 2 * MIB + 512);
  disk.fill('a line of a log, and another one\n', 21 * MIB, 24 * MIB);
  randomBytes(512).copy(disk, disk.length - 512);
  return disk;
}

/** A disk whose data fill three parts, however well they are compressed. */
export function largeDisk(): Buffer {
  return Buffer.concat([randomBytes(34 * MIB), Buffer.alloc(2 * MIB)]);
}

/** A disk of one part. */
export function smallDisk(): Buffer {
  return Buffer.concat([randomBytes(2 * MIB), Buffer.alloc(2 * MIB)]);
}

/** What qemu-img says of disks in a folder: the judge of what capture stores. */
export class QemuImg {
  #files = 0;

  constructor(
    private readonly program: string,
    private readonly directory: string,
  ) {}

  /** Rejects with what qemu-img says when the image has a fault or holds another disk than the raw one. */
  async requireSame(stored: Buffer, disk: Buffer): Promise<void> {
    const image = await this.#write(stored);
    await run(this.program, ['check', '-f', 'qcow2', image]);
    await run(this.program, ['compare', '-f', 'qcow2', '-F', 'raw', image, await this.#write(disk)]);
  }

  async #write(bytes: Buffer): Promise<string> {
    const path = join(this.directory, `disk-${++this.#files}`);
    await writeFile(path, bytes);
    return path;
  }
}
