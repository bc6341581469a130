import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ObjectStore } from '@imago/object-store';
import { type BaseImage, diskServerSocket, writeExport } from '../../src/index.ts';
import { DiskServer, type DiskServerOptions, type RunningDiskServer } from '../../src/disk-server/disk-server.ts';

export interface LoggedLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A disk server inside the test, on a directory of its own; it can be stopped and started again. */
export class DiskServerUnderTest {
  readonly directory: string;
  readonly log: LoggedLine[] = [];
  readonly #store: ObjectStore;
  readonly #options: Partial<DiskServerOptions>;
  #running: RunningDiskServer | undefined;

  private constructor(directory: string, store: ObjectStore, options: Partial<DiskServerOptions>) {
    this.directory = directory;
    this.#store = store;
    this.#options = options;
  }

  static async start(store: ObjectStore, options: Partial<DiskServerOptions> = {}): Promise<DiskServerUnderTest> {
    const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'disks-')));
    const server = new DiskServerUnderTest(directory, store, options);
    await server.startAgain();
    return server;
  }

  get socket(): string {
    return diskServerSocket(this.directory);
  }

  async startAgain(): Promise<void> {
    this.#running = await DiskServer.start({
      directory: this.directory,
      storeOf: () => this.#store,
      cacheLimit: 2 ** 30,
      tableMemory: 2 ** 29,
      log: (level, msg, fields) => this.log.push({ level, msg, ...fields }),
      ...this.#options,
    });
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** Exports an image and answers where qemu finds it. */
  async export(image: BaseImage): Promise<string> {
    await writeExport(this.directory, image);
    return this.uri(image.object_id);
  }

  uri(name: string): string {
    return `nbd+unix:///${name}?socket=${this.socket}`;
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Runs a program beside qemu-img. Its output, also when it fails: then with what it complained of. */
export async function qemuTool(qemuImg: string, tool: string, args: readonly string[]): Promise<string> {
  const program = join(qemuImg, '..', tool);
  try {
    const { stdout, stderr } = await promisify(execFile)(program, [...args], { timeout: 60_000 });
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `failed: ${stdout}${stderr}`;
  }
}
