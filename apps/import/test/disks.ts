import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
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

/** What qemu-img makes and says of disks in a folder: the judge of what import stores. */
export class QemuImg {
  #files = 0;

  constructor(
    private readonly program: string,
    private readonly directory: string,
  ) {}

  /** Puts bytes into a file of the folder. */
  async write(bytes: Buffer): Promise<string> {
    const path = join(this.directory, `disk-${++this.#files}`);
    await writeFile(path, bytes);
    return path;
  }

  /** A raw disk as a qcow2 file. */
  toQcow2(disk: Buffer, ...options: string[]): Promise<Buffer> {
    return this.to('qcow2', disk, ...options);
  }

  /** A raw disk as a file of a format, which is called as qemu calls it. */
  async to(driver: string, disk: Buffer, ...options: string[]): Promise<Buffer> {
    const from = await this.write(disk);
    const to = `${from}.${driver}`;
    await this.#run('convert', '-f', 'raw', '-O', driver, ...options, from, to);
    return readFile(to);
  }

  /** An empty qcow2 file made with the given options. */
  async create(size: string, ...options: string[]): Promise<Buffer> {
    const path = join(this.directory, `disk-${++this.#files}.qcow2`);
    await this.#run('create', '-f', 'qcow2', ...options, path, size);
    return readFile(path);
  }

  /** Rejects with what qemu-img says when the image has a fault or holds another disk than the raw one. */
  async requireSame(stored: Buffer, disk: Buffer): Promise<void> {
    const image = await this.write(stored);
    await this.#run('check', '-f', 'qcow2', image);
    await this.#run('compare', '-f', 'qcow2', '-F', 'raw', image, await this.write(disk));
  }

  async #run(...parameters: string[]): Promise<void> {
    await run(this.program, parameters);
  }
}
