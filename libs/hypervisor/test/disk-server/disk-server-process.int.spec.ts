import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sampleDisk } from '@imago/disk-image/testing';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BaseImage, diskServerSocket, DiskServerProcess, writeExport } from '../../src/index.ts';
import { ImageStore } from './image-store.ts';
import { NbdClient } from './nbd-client.ts';

const MIB = 2 ** 20;
const SIZE = 12 * MIB + 512;
const MAIN = join(import.meta.dirname, '../../src/disk-server/main.ts');
const FROM_SOURCE = ['--conditions=@imago/source', '--experimental-transform-types', '--no-warnings'];

describe('the process of the disk server', () => {
  let images: ImageStore;
  let image: BaseImage;
  let directory: string;
  let regionsFile: string;
  const content = sampleDisk(51, SIZE);
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    images = await ImageStore.open();
    image = await images.storeImage(content);
  });
  afterAll(() => images.close());
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'disks-'));
    regionsFile = join(directory, 'regions.json');
    await writeFile(regionsFile, JSON.stringify(images.regions));
    await writeExport(directory, image);
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await rm(directory, { recursive: true });
  });

  async function started(at = directory): Promise<DiskServerProcess> {
    const server = new DiskServerProcess({ directory: at, regionsFile, cacheGib: 1, log: logFile(at) });
    ends.push(() => server.stop());
    await server.start();
    return server;
  }

  /** The log as a file, which the process inherits. */
  function logFile(at: string): number {
    const log = openSync(join(at, 'log'), 'a');
    ends.push(() => {
      closeSync(log);
    });
    return log;
  }

  /** The program as an operator would start it. */
  function program(env: NodeJS.ProcessEnv): ChildProcess {
    const child = spawn(process.execPath, [...FROM_SOURCE, MAIN], { env, stdio: ['pipe', 'pipe', logFile(directory)] });
    ends.push(() => child.kill('SIGKILL'));
    return child;
  }

  async function expectServed(socket = diskServerSocket(directory)): Promise<void> {
    const client = await NbdClient.open(socket, image.object_id);
    expect((await client.read(0, SIZE)).data.equals(content)).toBe(true);
    client.close();
  }

  it('goes on after it was killed, with the same bytes, as often as it happens', async () => {
    const server = await started();
    const killed = new Set<number>();
    for (let round = 0; round < 4; round += 1) {
      const client = await eventually(() => NbdClient.open(server.socket, image.object_id));
      const { pid = 0 } = server;
      killed.add(pid);
      for (let at = 0; at < 16; at += 1) client.request(0, at * 700_000, MIB, BigInt(at));
      for (let answers = 0; answers < round * 3; answers += 1) {
        const { data, cookie } = await client.reply(MIB);
        const at = Number(cookie) * 700_000;
        expect(data.equals(content.subarray(at, at + MIB))).toBe(true);
      }
      process.kill(pid, 'SIGKILL');
      await client.ended();
    }
    await eventually(() => expectServed());
    expect(killed.size).toBe(4);
  });

  it('keeps a qemu that reconnects, which sees no error', async () => {
    const server = await started();
    const disk = `driver=nbd,export=${image.object_id},server.type=unix,server.path=${server.socket},reconnect-delay=60`;
    const qemu = spawn(join(images.env.qemu.qemuImg, '../qemu-io'), ['-r', '--image-opts', disk]);
    let said = '';
    for (const stream of [qemu.stdout, qemu.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const read = async (at: number): Promise<void> => {
      const before = said.match(/read 512\/512 bytes/g)?.length ?? 0;
      qemu.stdin.write(`read ${at * MIB} 512\n`);
      await eventually(() => {
        expect(said).not.toMatch(/fail|error/i);
        expect(said.match(/read 512\/512 bytes/g)).toHaveLength(before + 1);
      });
    };
    await read(0);
    process.kill(server.pid ?? 0, 'SIGKILL');
    for (const at of [0, 1, 2]) await read(at);
    qemu.stdin.end('quit\n');
    await once(qemu, 'exit');
  });

  it('is one per directory: another one waits until it has ended', async () => {
    const first = await started();
    const second = new DiskServerProcess({ directory, regionsFile, cacheGib: 1, log: logFile(directory) });
    ends.push(() => second.stop());
    let isServing = false;
    const starting = second.start().then(() => (isServing = true));
    await eventually(() => {
      expect(second.pid).toBeDefined();
    });
    await expectServed();
    expect(isServing).toBe(false);
    await first.stop();
    await starting;
    await expectServed();
  });

  it('leaves nothing to wait for when it is stopped while it starts', async () => {
    const args = [...FROM_SOURCE, join(import.meta.dirname, 'stop-while-starting.ts'), directory, regionsFile];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    ends.push(() => child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    expect(said.toString()).toBe('not started');
    // By itself, and long before the time that a start may take is over.
    expect(await Promise.race([ended, delay(30_000, 'late', { ref: false })])).toEqual([0, null]);
  });

  it('ends with the process that started it', async () => {
    const env = {
      DISK_SERVER_DIRECTORY: directory,
      IMAGO_REGIONS_FILE: regionsFile,
      DISK_SERVER_CACHE_GIB: '1',
      DISK_SERVER_WITH_PARENT: 'true',
    };
    const child = program(env);
    const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    expect(JSON.parse(line.toString())).toEqual({ socket: diskServerSocket(directory), pid: child.pid });
    const client = await NbdClient.open(diskServerSocket(directory), image.object_id);
    child.stdin?.destroy(); // what the kernel does when the parent dies
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    await client.ended();
  });

  it('ends cleanly when it is told to, and leaves no socket', async () => {
    const server = await started();
    const client = await NbdClient.open(server.socket, image.object_id);
    client.request(0, 0, 4 * MIB);
    const reply = client.reply(4 * MIB);
    await reply;
    await server.stop();
    await client.ended();
    await expect(stat(server.socket)).rejects.toThrow('ENOENT');
    const log = await readFile(join(directory, 'log'), 'utf8');
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string });
    expect(lines.map(({ msg }) => msg)).toEqual(['serving', 'ended']);
  });

  it('serves also where the path of a socket would be too long', async () => {
    const deep = join(directory, 'a-directory-as-deep-as-checkouts-are'.repeat(3));
    await mkdir(deep);
    await writeExport(deep, image);
    const server = await started(deep);
    expect(server.socket.startsWith(tmpdir())).toBe(true);
    await expectServed(server.socket);
  });

  it('names every setting that is wrong, and no value', async () => {
    const child = program({ DISK_SERVER_CACHE_GIB: 'plenty' });
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(1);
    const log = await readFile(join(directory, 'log'), 'utf8');
    for (const name of ['DISK_SERVER_DIRECTORY', 'IMAGO_REGIONS_FILE', 'DISK_SERVER_CACHE_GIB']) {
      expect(log).toContain(name);
    }
    expect(log).not.toContain('plenty');
  });

  it('keeps its memory bounded with clients that take no answers, and serves the others', async () => {
    const server = await started();
    await expectServed();
    const lazy = await Promise.all(Array.from({ length: 24 }, () => NbdClient.open(server.socket, image.object_id)));
    for (const { socket } of lazy) socket.pause();
    for (const client of lazy) for (let at = 0; at < 16; at += 1) client.request(0, 0, SIZE);
    for (let round = 0; round < 3; round += 1) await expectServed();
    expect(await peakMemory(server)).toBeLessThan(450 * MIB);
    for (const client of lazy) client.close();
  });
});

/** Most bytes of memory the process had at once. */
async function peakMemory({ pid }: DiskServerProcess): Promise<number> {
  const status = await readFile(`/proc/${pid ?? 0}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}
