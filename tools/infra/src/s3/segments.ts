import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disk, DiskFile } from './disk.ts';

/**
 * The files that hold bodies: one per PutObject or part, written once, never changed, removed when unreferenced. They
 * lie in up to 256 folders, by the first two digits of their names.
 */
export class SegmentFiles {
  readonly #directory: string;
  readonly #disk: Disk;
  /** Folders by name; each resolves when the folder is there for certain. */
  readonly #folders: Map<string, Promise<void>>;

  private constructor(directory: string, disk: Disk, folders: readonly string[]) {
    this.#directory = directory;
    this.#disk = disk;
    this.#folders = new Map(folders.map((folder) => [folder, Promise.resolve()]));
  }

  static async open(directory: string, disk: Disk): Promise<SegmentFiles> {
    await disk.makeDirectory(directory);
    const folders = await readdir(directory);
    await disk.syncDirectory(directory); // a process that was killed may have made folders and not synced them
    return new SegmentFiles(directory, disk, folders);
  }

  path(segment: string): string {
    return join(this.#directory, folderOf(segment), segment);
  }

  /** An empty new segment, open for writing. Its bytes and its name are certain only after {@link sync}. */
  async create(): Promise<{ readonly segment: string; readonly file: DiskFile }> {
    const segment = randomBytes(16).toString('hex');
    await this.#folder(folderOf(segment));
    return { segment, file: await this.#disk.create(this.path(segment)) };
  }

  /** Resolves when the segment and all that was written to it are on the disk. */
  async sync(segment: string, file: DiskFile): Promise<void> {
    await Promise.all([file.sync(), this.#disk.syncDirectory(join(this.#directory, folderOf(segment)))]);
  }

  async remove(segments: readonly string[]): Promise<void> {
    for (const segment of segments) await this.#disk.remove(this.path(segment));
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
    for (const folder of this.#folders.keys()) {
      const unreferenced = (await readdir(join(this.#directory, folder))).filter((name) => !isReferenced(name));
      await this.remove(unreferenced);
      removed += unreferenced.length;
    }
    return removed;
  }

  #folder(name: string): Promise<void> {
    const known = this.#folders.get(name);
    if (known !== undefined) return known;
    const made = this.#disk.makeDirectory(join(this.#directory, name));
    this.#folders.set(name, made);
    made.catch(() => this.#folders.delete(name)); // the next body tries again
    return made;
  }
}

function folderOf(segment: string): string {
  return segment.slice(0, 2);
}
