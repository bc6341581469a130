import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Disk } from './disk.ts';
import type { DiskFile } from './disk.ts';
import { SharedRuns } from './shared-runs.ts';

/** The disk of this machine. With `durable: false` no sync is done: for data that nobody needs after a power failure. */
export class LocalDisk extends Disk {
  readonly #durable: boolean;
  readonly #directorySyncs = new SharedRuns();

  constructor({ durable }: { readonly durable: boolean }) {
    super();
    this.#durable = durable;
  }

  override async makeDirectory(path: string): Promise<void> {
    const first = (await mkdir(path, { recursive: true, mode: 0o700 })) ?? path;
    // Also when it was there: the process that made it may have died before its own sync.
    for (let made = path; ; made = dirname(made)) {
      await this.syncDirectory(dirname(made));
      if (made === first) return;
    }
  }

  override async create(path: string): Promise<DiskFile> {
    return new LocalFile(await open(path, 'wx', 0o600), this.#durable);
  }

  override async append(path: string): Promise<DiskFile> {
    return new LocalFile(await open(path, 'a', 0o600), this.#durable);
  }

  override async truncate(path: string, length: number): Promise<void> {
    const file = await open(path, 'r+');
    try {
      await file.truncate(length);
      if (this.#durable) await file.sync();
    } finally {
      await file.close();
    }
  }

  override rename(from: string, to: string): Promise<void> {
    return rename(from, to);
  }

  override remove(path: string): Promise<void> {
    return rm(path, { force: true });
  }

  override async syncDirectory(path: string): Promise<void> {
    if (!this.#durable) return;
    await this.#directorySyncs.run(path, async () => {
      const directory = await open(path, 'r');
      try {
        await directory.sync();
      } finally {
        await directory.close();
      }
    });
  }
}

class LocalFile implements DiskFile {
  readonly #file: FileHandle;
  readonly #durable: boolean;

  constructor(file: FileHandle, durable: boolean) {
    this.#file = file;
    this.#durable = durable;
  }

  /** A write may stop short, for example where the disk gets full; the next one then says why. */
  async write(data: readonly Buffer[]): Promise<void> {
    let left = data;
    while (left.length > 0) {
      let { bytesWritten } = await this.#file.writev(left as Buffer[]);
      let whole = 0;
      for (const bytes of left) {
        if (bytes.length > bytesWritten) break;
        bytesWritten -= bytes.length;
        whole += 1;
      }
      const [first, ...rest] = left.slice(whole);
      left = first === undefined ? [] : [first.subarray(bytesWritten), ...rest];
    }
  }

  async sync(): Promise<void> {
    if (this.#durable) await this.#file.datasync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
