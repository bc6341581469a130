import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { FileSource, openDisk } from '@imago/disk-image';
import { provideDemoImage } from '@imago/demo-image';
import { PACKAGE_CACHE, provideOvmf, provideQemuImg, provideQemuSystem } from '@imago/infra';
import {
  type BaseImage,
  directoryDiskServer,
  type DiskSpec,
  QemuHypervisor,
  type QemuOptions,
  type ServerSpec,
} from '../src/index.ts';
import { writeServerDocument } from '../src/qemu/server-document.ts';
import { DiskServerUnderTest, qemuTool } from './disk-server/disk-server-under-test.ts';
import { ImageStore } from './disk-server/image-store.ts';

/** What `cut-short.ts` is told. */
export interface CutShort {
  readonly call: 'create' | 'start';
  readonly document: string;
  readonly options: Omit<QemuOptions, 'diskServer'>;
  /** Directory of the disk server. */
  readonly exports: string;
}

/** A host with qemu and a disk server over a real store. */
export class QemuHost {
  readonly options: QemuOptions;
  readonly images: ImageStore;
  readonly diskServer: DiskServerUnderTest;
  readonly #opened: QemuHypervisor[] = [];

  private constructor(options: QemuOptions, images: ImageStore, diskServer: DiskServerUnderTest) {
    this.options = options;
    this.images = images;
    this.diskServer = diskServer;
  }

  static async open(): Promise<QemuHost> {
    const choice = {
      cache: { directory: PACKAGE_CACHE, signal: AbortSignal.timeout(280_000), report: () => undefined },
      forcePrivate: false,
    };
    const [qemuSystem, qemuImg, ovmf, images] = await Promise.all([
      provideQemuSystem(choice),
      provideQemuImg(choice),
      provideOvmf(choice),
      ImageStore.open(),
    ]);
    const diskServer = await DiskServerUnderTest.start(images.store);
    // Deeper than the path of a socket can be.
    const directory = join(await mkdtemp(join(tmpdir(), 'hypervisor-')), 'a-checkout-that-lies-deep'.repeat(4));
    const options = { directory, qemuSystem, qemuImg, ovmf, diskServer: directoryDiskServer(diskServer.directory) };
    return new QemuHost({ ...options, timeouts: { watch: 100 } }, images, diskServer);
  }

  hypervisor(changes: Partial<QemuOptions> = {}): QemuHypervisor {
    const hypervisor = new QemuHypervisor({ ...this.options, ...changes });
    this.#opened.push(hypervisor);
    return hypervisor;
  }

  async demoImage(): Promise<BaseImage> {
    const { qemuImg } = this.options;
    const cache = { directory: PACKAGE_CACHE, signal: AbortSignal.timeout(280_000), report: () => undefined };
    const path = await provideDemoImage({ directory: join(PACKAGE_CACHE, '../test/demo-image'), qemuImg, cache });
    const source = await FileSource.open(path);
    try {
      return await this.images.storeDisk((await openDisk(source, 'qcow2')).reader);
    } finally {
      await source.close();
    }
  }

  directoryOf(serverId: string): string {
    return join(this.options.directory, 'servers', serverId);
  }

  async pidOf(serverId: string): Promise<number> {
    return Number(await readFile(join(this.directoryOf(serverId), 'pid'), 'utf8'));
  }

  async crash(serverId: string): Promise<void> {
    process.kill(await this.pidOf(serverId), 'SIGKILL');
  }

  async disksOf(serverId: string): Promise<readonly string[]> {
    const names = await readdir(this.directoryOf(serverId));
    return names.filter((name) => name.endsWith('.qcow2')).map((name) => join(this.directoryOf(serverId), name));
  }

  async checkDisks(serverId: string): Promise<void> {
    for (const path of await this.disksOf(serverId)) await this.qemuImg('check', '-f', 'qcow2', path);
  }

  /** A disk of a stopped server as qemu names it: its overlay over its base. */
  #chainOf(serverId: string, { id, base }: DiskSpec): string {
    const filename = join(this.directoryOf(serverId), `${id}.qcow2`);
    const nbd = { driver: 'nbd', server: { type: 'unix', path: this.diskServer.socket }, export: base?.object_id };
    const file = { driver: 'file', filename };
    return `json:${JSON.stringify({ driver: 'qcow2', file, backing: base === null ? null : nbd })}`;
  }

  /** Does with a disk of a stopped server what a guest could do, in the words of qemu-io. */
  async write(serverId: string, disk: DiskSpec, ...commands: readonly string[]): Promise<void> {
    const words = ['-d', 'unmap', ...commands.flatMap((command) => ['-c', command]), this.#chainOf(serverId, disk)];
    const said = await qemuTool(this.options.qemuImg, 'qemu-io', words);
    if (/fail|error/i.test(said)) throw new Error(said);
  }

  /** A raw file with what qemu says is on a disk of a stopped server. */
  async flattened(serverId: string, disk: DiskSpec): Promise<string> {
    const file = join(this.options.directory, `${disk.id}.raw`);
    await this.qemuImg('convert', '-O', 'raw', this.#chainOf(serverId, disk), file);
    return file;
  }

  async qemuImg(...args: readonly string[]): Promise<string> {
    return (await promisify(execFile)(this.options.qemuImg, [...args], { timeout: 60_000 })).stdout;
  }

  /** A program that does as the other one, and kills who calls it `before` or `after` that. */
  async deadly(program: string, when: 'before' | 'after'): Promise<string> {
    const path = join(this.options.directory, `deadly-${when}-${basename(program)}`);
    const lines =
      when === 'before' ? ['kill -9 $PPID', `exec "${program}" "$@"`] : [`"${program}" "$@"`, 'kill -9 $PPID'];
    await mkdir(this.options.directory, { recursive: true });
    await writeFile(path, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
    return path;
  }

  /** Another process makes a call, with programs of which one kills it. */
  async cutShort(call: CutShort['call'], spec: ServerSpec, changes: Partial<QemuOptions>): Promise<void> {
    const { directory, qemuSystem, qemuImg, ovmf } = { ...this.options, ...changes };
    const options = { directory, qemuSystem, qemuImg, ovmf };
    const told: CutShort = { call, document: writeServerDocument(spec), options, exports: this.diskServer.directory };
    const file = join(this.options.directory, 'cut-short.json');
    await writeFile(file, JSON.stringify(told));
    const flags = ['--conditions=@imago/source', '--experimental-transform-types', '--no-warnings'];
    const child = spawn(process.execPath, [...flags, join(import.meta.dirname, 'cut-short.ts'), file], {
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
      stdio: 'inherit',
    });
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    if (signal !== 'SIGKILL') throw new Error(`It was not killed: ${signal ?? code ?? '?'}`);
  }

  async close(): Promise<void> {
    const last = this.hypervisor();
    for (const id of await last.list()) await last.delete(id);
    for (const hypervisor of this.#opened) await hypervisor.close();
    await this.diskServer.close();
    await this.images.close();
    await rm(join(this.options.directory, '..'), { recursive: true, force: true });
  }
}
