import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { unpackBundle } from './debian-packages.ts';
import type { PackageBundle, PackageCache } from './debian-packages.ts';
import { provideQemuImg } from './qemu.ts';
import { runCommand } from './run-command.ts';

/** The distribution's smallest program. */
const HELLO: PackageBundle = {
  name: 'hello',
  title: 'The greeter',
  packages: ['hello'],
  always: /^hello$/,
  programs: ['usr/bin/hello'],
  remedy: 'Install hello.',
};

let root: string;
let cache: PackageCache;
let abort: AbortController;
const reports: string[] = [];
const { PATH: path } = process.env;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'imago-packages-'));
  abort = new AbortController();
  cache = { directory: join(root, 'cache'), signal: abort.signal, report: (line) => reports.push(line) };
});
afterEach(() => {
  process.env['PATH'] = path;
  delete process.env['http_proxy'];
  reports.splice(0);
});
afterAll(() => rm(root, { recursive: true }));

/** What is in the cache but the package tool's own lists. */
async function cached(): Promise<string[]> {
  return (await readdir(cache.directory)).filter((name) => name !== 'apt').sort();
}

it('unpacks programs of the distribution without installing them, once for all who ask', async () => {
  const roots = await Promise.all([unpackBundle(HELLO, cache), unpackBundle(HELLO, cache)]);
  expect(roots).toEqual([join(cache.directory, 'hello'), join(cache.directory, 'hello')]);
  expect(await runCommand(join(cache.directory, 'hello/bin/hello'), [])).toBe('Hello, world!\n');
  expect(reports).toEqual(["Fetching The greeter from the distribution's packages"]);
  await unpackBundle(HELLO, cache);
  expect(reports).toHaveLength(1);
  expect(await cached()).toEqual(['hello']);
}, 120_000);

it('finds its programs also after the cache was moved', async () => {
  const elsewhere = join(root, 'moved');
  await runCommand('cp', ['-a', cache.directory, elsewhere]);
  expect(await runCommand(join(elsewhere, 'hello/bin/hello'), [])).toBe('Hello, world!\n');
});

it('provides a qemu-img of our own, which makes disks, whatever the machine has', async () => {
  const choice = { cache: { ...cache, directory: join(root, 'cache') }, forcePrivate: true };
  const qemuImg = await provideQemuImg(choice);
  expect(qemuImg).toBe(join(cache.directory, 'qemu-utils/bin/qemu-img'));
  const disk = join(root, 'disk.qcow2');
  await runCommand(qemuImg, ['create', '-q', '-f', 'qcow2', '-o', 'compression_type=zstd', disk, '10G']);
  const about = JSON.parse(await runCommand(qemuImg, ['info', '--output=json', disk])) as object;
  expect(about).toMatchObject({ format: 'qcow2', 'virtual-size': 10 * 1024 ** 3 });
  await writeFile(join(cache.directory, 'qemu-utils/bin/qemu-img'), '#!/bin/sh\nexit 1\n'); // it does not run any more
  expect(await runCommand(await provideQemuImg(choice), ['--version'])).toMatch(/^qemu-img version/);
}, 120_000);

describe('what cannot be fetched is refused with its remedy, and nothing is left in the cache:', () => {
  const named = (name: string): PackageBundle => ({ ...HELLO, name, packages: [name] });
  afterEach(async () => {
    expect(await cached()).toEqual(['hello', 'qemu-utils']);
  });

  it('a package that is unknown', async () => {
    await expect(unpackBundle(named('no-such-package-anywhere'), cache)).rejects.toThrow(
      "The greeter could not be fetched: the distribution's package archive does not have it. Install hello.",
    );
  }, 120_000);

  it('anything where there is no apt-get', async () => {
    const empty = join(root, 'empty');
    await mkdir(empty);
    process.env['PATH'] = empty;
    await expect(unpackBundle(named('sl'), cache)).rejects.toThrow(
      'The greeter cannot be fetched: this system has no apt-get. Install hello.',
    );
  });

  it('anything where there is no network', async () => {
    process.env['http_proxy'] = 'http://127.0.0.1:1';
    await expect(unpackBundle(named('sl'), cache)).rejects.toThrow(
      'The greeter could not be fetched: the package archive cannot be reached from here (is there a network?). Install hello.',
    );
  }, 120_000);

  it('anything when it is aborted meanwhile', async () => {
    const reason = new Error('Ctrl-C');
    const fetching = unpackBundle(named('sl'), cache);
    abort.abort(reason);
    await expect(fetching).rejects.toBe(reason);
  }, 120_000);
});
