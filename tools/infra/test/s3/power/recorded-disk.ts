import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Disk } from '../../../src/s3/disk.ts';
import type { DiskFile } from '../../../src/s3/disk.ts';
import { LocalDisk } from '../../../src/s3/local-disk.ts';
import { below } from '../../seeded-random.ts';
import type { Random } from '../../seeded-random.ts';

/** Turns of the event loop. */
const LONGEST_SYNC = 20;

/** One thing that was done to the disk. Times are places in the order of all that happened. */
export interface DiskEvent {
  readonly change: DiskChange;
  readonly begun: number;
  /** Infinity while it is under way, and for ever when it failed. */
  ended: number;
}

export type DiskChange =
  | { readonly type: 'make_directory'; readonly path: string }
  | { readonly type: 'create'; readonly path: string; readonly file: FileIdentity }
  | { readonly type: 'write'; readonly file: FileIdentity; readonly at: number; readonly bytes: Buffer }
  | { readonly type: 'truncate'; readonly file: FileIdentity; readonly length: number }
  | { readonly type: 'sync'; readonly file: FileIdentity }
  | { readonly type: 'rename'; readonly from: string; readonly to: string; readonly file: FileIdentity }
  | { readonly type: 'remove'; readonly path: string }
  | { readonly type: 'sync_directory'; readonly path: string };

/** A file, whatever its name is by now. */
export interface FileIdentity {
  /** Its first name. */
  readonly name: string;
  size: number;
}

/**
 * The disk of this machine, with a record of all that is done to it and of when: what {@link crashedDisk} makes of it is
 * a disk as a power failure may leave it. What is in the directory at the beginning counts as certain.
 */
export class RecordedDisk extends Disk {
  readonly events: DiskEvent[] = [];
  readonly #disk = new LocalDisk({ durable: false });
  readonly #files = new Map<string, FileIdentity>();
  #clock = 0;

  private constructor(
    readonly directory: string,
    private readonly random: Random,
  ) {
    super();
  }

  static async of(directory: string, random: Random): Promise<RecordedDisk> {
    const disk = new RecordedDisk(directory, random);
    await disk.#takeStock(directory);
    return disk;
  }

  /** The time now. What has ended before is told from what ends after it. */
  tick(): number {
    this.#clock += 1;
    return this.#clock;
  }

  /** In words, for the tests of the order: `sync data/journal.jsonl`. The names of bodies and their folders are chance. */
  words({ change }: DiskEvent): string {
    const short = (path: string): string =>
      path
        .slice(this.directory.length + 1)
        .replace(/segments\/..\/.{32}$/, 'body')
        .replace(/segments\/..$/, 'folder');
    if (change.type === 'rename') return `rename ${short(change.from)} ${short(change.to)}`;
    return `${change.type} ${short('file' in change ? change.file.name : change.path)}`;
  }

  override makeDirectory(path: string): Promise<void> {
    return this.#record({ type: 'make_directory', path }, async () => {
      await this.#disk.makeDirectory(path);
    });
  }

  override async create(path: string): Promise<DiskFile> {
    const identity = { name: path, size: 0 };
    const file = await this.#record({ type: 'create', path, file: identity }, () => this.#disk.create(path));
    this.#files.set(path, identity);
    return this.#recorded(file, identity);
  }

  override async append(path: string): Promise<DiskFile> {
    const known = this.#files.get(path);
    if (known !== undefined) return this.#recorded(await this.#disk.append(path), known);
    const identity = { name: path, size: 0 };
    const file = await this.#record({ type: 'create', path, file: identity }, () => this.#disk.append(path));
    this.#files.set(path, identity);
    return this.#recorded(file, identity);
  }

  override async truncate(path: string, length: number): Promise<void> {
    const file = this.#file(path);
    await this.#record({ type: 'truncate', file, length }, () => this.#disk.truncate(path, length));
    file.size = length;
    await this.#record({ type: 'sync', file }, () => Promise.resolve());
  }

  override async rename(from: string, to: string): Promise<void> {
    const file = this.#file(from);
    await this.#record({ type: 'rename', from, to, file }, () => this.#disk.rename(from, to));
    this.#files.delete(from);
    this.#files.set(to, file);
  }

  override async remove(path: string): Promise<void> {
    if (!this.#files.delete(path)) return;
    await this.#record({ type: 'remove', path }, () => this.#disk.remove(path));
  }

  override syncDirectory(path: string): Promise<void> {
    return this.#record({ type: 'sync_directory', path }, () => this.#dawdle());
  }

  #recorded(file: DiskFile, identity: FileIdentity): DiskFile {
    return {
      write: async (data) => {
        const bytes = Buffer.concat(data); // a copy: its owner uses the memory again
        const at = identity.size;
        identity.size += bytes.length;
        await this.#record({ type: 'write', file: identity, at, bytes }, () => file.write(data));
      },
      sync: () => this.#record({ type: 'sync', file: identity }, () => this.#dawdle()),
      close: () => file.close(),
    };
  }

  async #record<T>(change: DiskChange, work: () => Promise<T>): Promise<T> {
    const event: DiskEvent = { change, begun: this.tick(), ended: Infinity };
    this.events.push(event);
    const result = await work();
    event.ended = this.tick();
    return result;
  }

  /** Syncs take their time, in which others come and go. */
  async #dawdle(): Promise<void> {
    for (let turn = below(this.random, LONGEST_SYNC); turn > 0; turn -= 1) await new Promise(setImmediate);
  }

  #file(path: string): FileIdentity {
    const file = this.#files.get(path);
    if (file === undefined) throw new Error(`${path} was not made through this disk`);
    return file;
  }

  async #takeStock(directory: string): Promise<void> {
    const certain = (change: DiskChange): void => {
      this.events.push({ change, begun: 0, ended: 0 });
    };
    for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isDirectory()) certain({ type: 'make_directory', path });
      if (!entry.isFile()) continue;
      const bytes = await readFile(path);
      const file = { name: path, size: bytes.length };
      this.#files.set(path, file);
      certain({ type: 'create', path, file });
      certain({ type: 'write', file, at: 0, bytes });
    }
  }
}
