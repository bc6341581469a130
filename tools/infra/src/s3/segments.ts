import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * The files that hold bodies: one per PutObject or part, written once, never changed, removed when unreferenced. They
 * lie in up to 256 folders, by the first two digits of their names.
 */
export class SegmentFiles {
  readonly #directory: string;
  readonly #durable: boolean;
  readonly #syncs = new Map<string, Promise<void>>();

  private constructor(directory: string, durable: boolean) {
    this.#directory = directory;
    this.#durable = durable;
  }

  static async open(directory: string, durable: boolean): Promise<SegmentFiles> {
    await mkdir(directory, { recursive: true });
    return new SegmentFiles(directory, durable);
  }

  path(segment: string): string {
    return join(this.#directory, segment.slice(0, 2), segment);
  }

  /** An empty new segment, open for writing. */
  async create(): Promise<{ readonly segment: string; readonly file: FileHandle }> {
    const segment = randomBytes(16).toString('hex');
    const path = this.path(segment);
    const file = await open(path, 'wx', 0o600).catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await mkdir(dirname(path), { recursive: true }); // the first of its folder
      return open(path, 'wx', 0o600);
    });
    return { segment, file };
  }

  /** Resolves when the bytes are on the disk; a sync under way is shared. */
  sync(segment: string): Promise<void> {
    if (!this.#durable) return Promise.resolve();
    const running = this.#syncs.get(segment);
    if (running) return running;
    const sync = syncFile(this.path(segment));
    this.#syncs.set(segment, sync);
    return sync;
  }

  /** Starts to bring a part to the disk while the next ones arrive; {@link sync} at the commit waits for it. */
  syncEarly(segment: string): void {
    this.sync(segment).catch(() => this.#syncs.delete(segment)); // the commit tries again and reports
  }

  async remove(segments: readonly string[]): Promise<void> {
    for (const segment of segments) {
      this.#syncs.delete(segment);
      await rm(this.path(segment), { force: true });
    }
  }

  /** The commit is done: the early syncs of these segments need no memory any more. */
  forgetSyncs(segments: readonly string[]): void {
    for (const segment of segments) this.#syncs.delete(segment);
  }

  /** Bytes of a segment, or undefined when the file is not there. */
  async size(segment: string): Promise<number | undefined> {
    return stat(this.path(segment)).then(
      (found) => found.size,
      () => undefined,
    );
  }

  /** Removes the files of which `isReferenced` is false; returns how many. */
  async sweep(isReferenced: (segment: string) => boolean): Promise<number> {
    let removed = 0;
    for (const folder of await readdir(this.#directory)) {
      const unreferenced = (await readdir(join(this.#directory, folder))).filter((name) => !isReferenced(name));
      await this.remove(unreferenced);
      removed += unreferenced.length;
    }
    return removed;
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}
