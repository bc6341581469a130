import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { unpackBundle } from './debian-packages.ts';
import type { PackageBundle, PackageCache } from './debian-packages.ts';
import { PACKAGE_CACHE } from './infrastructure.ts';
import { provideOpenStackClients } from './openstack-clients.ts';
import { provideProgram } from './programs.ts';
import { provideQemuImg } from './qemu.ts';
import { runCommand } from './run-command.ts';

/** The distribution's smallest program, under a name of this run's own in the cache all share. */
const NAME = `test-${randomUUID()}`;
const HELLO: PackageBundle = {
  name: NAME,
  title: 'The greeter',
  packages: ['hello'],
  always: /^hello$/,
  programs: ['usr/bin/hello'],
  remedy: 'Install hello.',
};

const abort = new AbortController();
const reports: string[] = [];
const cache: PackageCache = {
  directory: PACKAGE_CACHE,
  signal: abort.signal,
  report: (line) => reports.push(line),
};
const { PATH: path, http_proxy: proxy } = process.env;
let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'imago-packages-'));
});
afterEach(() => {
  process.env['PATH'] = path;
  if (proxy === undefined) delete process.env['http_proxy'];
  else process.env['http_proxy'] = proxy;
  reports.splice(0);
});
afterAll(async () => {
  await rm(scratch, { recursive: true });
  for (const name of await cached()) await rm(join(PACKAGE_CACHE, name), { recursive: true });
});

/** What these tests have left in the cache. */
async function cached(): Promise<string[]> {
  return (await readdir(PACKAGE_CACHE)).filter((name) => name.startsWith(NAME)).sort();
}

it('unpacks programs of the distribution without installing them, once for all who ask', async () => {
  const place = join(PACKAGE_CACHE, NAME);
  expect(await Promise.all([unpackBundle(HELLO, cache), unpackBundle(HELLO, cache)])).toEqual([place, place]);
  expect(await runCommand(join(place, 'bin/hello'), [])).toBe('Hello, world!\n');
  expect(reports).toEqual(["Fetching The greeter from the distribution's packages"]);
  await unpackBundle(HELLO, cache);
  expect(reports).toHaveLength(1);
  expect(await cached()).toEqual([NAME]);
});

it('finds its programs also after the cache was moved', async () => {
  const moved = join(scratch, 'moved');
  await runCommand('cp', ['-a', await unpackBundle(HELLO, cache), moved]);
  expect(await runCommand(join(moved, 'bin/hello'), [])).toBe('Hello, world!\n');
});

it('fetches a program anew that does not run any more', async () => {
  const program = await provideProgram('hello', HELLO, { cache, forcePrivate: true });
  await writeFile(program, '#!/bin/sh\nexit 1\n');
  expect(await provideProgram('hello', HELLO, { cache, forcePrivate: true })).toBe(program);
  expect(await runCommand(program, [])).toBe('Hello, world!\n');
});

it('provides a qemu-img of our own, which makes disks, whatever the machine has', async () => {
  const qemuImg = await provideQemuImg({ cache, forcePrivate: true });
  expect(qemuImg).toBe(join(PACKAGE_CACHE, 'qemu-utils/bin/qemu-img'));
  const disk = join(scratch, 'disk.qcow2');
  await runCommand(qemuImg, ['create', '-q', '-f', 'qcow2', '-o', 'compression_type=zstd', disk, '10G']);
  const about = JSON.parse(await runCommand(qemuImg, ['info', '--output=json', disk])) as object;
  expect(about).toMatchObject({ format: 'qcow2', 'virtual-size': 10 * 1024 ** 3 });
});

it("provides OpenStack's own commands, on the Python they were made for", async () => {
  const { openstack, glance } = await provideOpenStackClients({ cache, forcePrivate: true });
  expect(await runCommand(openstack, ['--version'])).toMatch(/^openstack \d+\.\d+/);
  expect(await runCommand(glance, ['--version'])).toMatch(/^\d+\.\d+/);
});

describe('what cannot be fetched is refused with its remedy, and nothing is left in the cache:', () => {
  const named = (name: string): PackageBundle => ({ ...HELLO, name: `${NAME}-${name}`, packages: [name] });
  afterEach(async () => {
    expect(await cached()).toEqual([NAME]);
  });

  it('a package that is unknown', async () => {
    await expect(unpackBundle(named('no-such-package-anywhere'), cache)).rejects.toThrow(
      "The greeter could not be fetched: the distribution's package archive does not have it. Install hello.",
    );
  });

  it('anything where there is no apt-get', async () => {
    process.env['PATH'] = scratch;
    await expect(unpackBundle(named('sl'), cache)).rejects.toThrow(
      'The greeter cannot be fetched: this system has no apt-get. Install hello.',
    );
  });

  it('anything where there is no network', async () => {
    process.env['http_proxy'] = 'http://127.0.0.1:1';
    await expect(unpackBundle(named('sl'), cache)).rejects.toThrow(
      'The greeter could not be fetched: the package archive cannot be reached from here (is there a network?). Install hello.',
    );
  });

  it('anything when it is aborted meanwhile', async () => {
    const reason = new Error('Ctrl-C');
    const fetching = unpackBundle(named('sl'), cache);
    abort.abort(reason);
    await expect(fetching).rejects.toBe(reason);
  });
});
