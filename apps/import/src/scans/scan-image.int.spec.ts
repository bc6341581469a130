import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type ImageScan, imageScan } from '@imago/contracts';
import { StoredImageDamagedError } from '@imago/disk-image';
import { eicarTestFile, SAMPLE_SIGNATURE } from '@imago/infra';
import {
  DEBIAN,
  DiskPrograms,
  FileDisk,
  mutant,
  RememberedDisk,
  SampleDisks,
  smallestOf,
  type Tree,
} from '@imago/readiness/testing';
import { testEnvironment, trials } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importConfig, type ImportConfig } from '../config.ts';
import type { DiskOfImage } from './scan-image.ts';
import { ScanImage } from './scan-image.ts';
import { Scanner } from './scanner/scanner.ts';

const MIB = 2 ** 20;
const packed = promisify(gzip);

type Disk = Awaited<ReturnType<DiskOfImage['open']>>;

/** Bytes packed again and again. */
async function nested(content: Buffer, times: number): Promise<Buffer> {
  return times === 0 ? content : nested(await packed(content), times - 1);
}

describe('the files of an image', () => {
  let disks: SampleDisks;
  let programs: DiskPrograms;
  let settings: Partial<ImportConfig>;
  let scanner: Scanner;
  let directory: string;
  let environment: Awaited<ReturnType<typeof testEnvironment<{ scanner: true }>>>;
  const opened: FileDisk[] = [];

  beforeAll(async () => {
    environment = await testEnvironment({ scanner: true });
    if (environment.scanner === null) throw new Error('ClamAV cannot be had here: the start of the servers said why');
    const { clamd, bubblewrap, signatures } = environment.scanner;
    settings = {
      IMPORT_SCAN_CLAMD: clamd,
      IMPORT_SCAN_BUBBLEWRAP: bubblewrap,
      IMPORT_SCAN_SIGNATURES: signatures,
      IMPORT_SCAN_FILE_MIB: 8,
    };
    programs = await DiskPrograms.open();
    disks = new SampleDisks(programs);
    directory = await mkdtemp(join(tmpdir(), 'scan-test-'));
    scanner = scannerWith();
  });
  afterAll(async () => {
    await scanner.onApplicationShutdown();
    for (const disk of opened) await disk.close();
    await programs.close();
    await rm(directory, { recursive: true });
    await environment.close();
  });

  /** What scans read of their settings. */
  function configWith(change: Partial<ImportConfig> = {}): ImportConfig {
    const scans = Object.entries(importConfig.shape).filter(
      ([name]) => name.startsWith('IMPORT_SCAN') || name === 'PATH',
    );
    const defaults = Object.fromEntries(scans.map(([name, schema]) => [name, schema.parse(undefined)]));
    return { ...defaults, ...settings, ...change } as ImportConfig;
  }

  function scannerWith(change: Partial<ImportConfig> = {}): Scanner {
    return new Scanner(configWith(change));
  }

  async function scan(disk: Disk, change: Partial<ImportConfig> = {}, by = scanner): Promise<ImageScan> {
    const { signal } = new AbortController();
    const open = { prefix: '', open: () => Promise.resolve(disk) };
    return imageScan.parse(
      await new ScanImage(by, configWith(change)).scan([open], { signal, moved: () => undefined }),
    );
  }

  async function diskIn(file: string): Promise<FileDisk> {
    const disk = await FileDisk.open(file);
    opened.push(disk);
    return disk;
  }

  /** A disk of one partition with a Debian and some files more. */
  async function debian(type: 'ext4' | 'xfs', more: Tree): Promise<FileDisk> {
    const sizeMib = smallestOf(type);
    const file = await disks.fileSystem(type, { ...DEBIAN, ...more });
    return diskIn(await disks.disk('gpt', [{ file, sizeMib, type: 'linux' }]));
  }

  it.each(['ext4', 'xfs'] as const)('that hold malware in an %s are named with their paths', async (type) => {
    const found = await scan(await debian(type, { 'srv/www/tools/eicar.com': eicarTestFile() }));
    expect(found).toMatchObject({
      status: 'infected',
      malware: [{ signature: SAMPLE_SIGNATURE, where: 'partition 1', path: '/srv/www/tools/eicar.com' }],
      malware_count: 1,
      gap_count: 0,
      file_systems: [{ where: 'partition 1', type }],
      initialisation_component: 'cloud-init',
      engine: { version: expect.stringMatching(/^ClamAV \d/) as string },
    });
    expect(found.seen).toContain('/srv/www/tools/eicar.com');
  });

  it('that hold none make it clean, and secrets among them are warnings', async () => {
    const found = await scan(
      await debian('ext4', {
        'root/.ssh/id_ed25519': '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n',
        'root/.aws/credentials': `[default]\naws_secret_access_key = ${'k'.repeat(40)}\n`,
        'home/ann/.git-credentials': 'https://ann:token@git.example\n',
        'home/ann/.bash_history': 'mysql -psecret\n',
        'home/ann/.zsh_history': '',
        'usr/share/doc/tls/example.pem': '-----BEGIN PRIVATE KEY-----\nexample\n',
      }),
    );
    expect(found).toMatchObject({ status: 'clean', code: null, malware: [], gaps: [], secret_count: 4 });
    expect(found.secrets.map(({ kind, path }) => `${kind} ${path}`).sort()).toEqual([
      'access_token /home/ann/.git-credentials',
      'cloud_credentials /root/.aws/credentials',
      'private_key /root/.ssh/id_ed25519',
      'shell_history /home/ann/.bash_history',
    ]);
    expect(found.remedy).toContain('share');
  });

  it('that are archives are looked into, and no deeper and no further than is allowed', async () => {
    const found = await scan(
      await debian('ext4', {
        'srv/packed.gz': await nested(eicarTestFile(), 3),
        'srv/deep.gz': await nested(eicarTestFile(), 40),
        'srv/bomb.gz': await packed(Buffer.alloc(64 * MIB)),
      }),
    );
    expect(found).toMatchObject({ status: 'infected', malware_count: 1, malware: [{ path: '/srv/packed.gz' }] });
    expect(found.gaps.map(({ code, path }) => `${code} ${path ?? ''}`).sort()).toEqual([
      'archive_limits /srv/bomb.gz',
      'archive_limits /srv/deep.gz',
    ]);
  });

  it('that are longer than is looked at leave it incomplete', async () => {
    const found = await scan(await debian('ext4', { 'srv/long': Buffer.alloc(9 * MIB, 'long\n') }));
    expect(found).toMatchObject({
      status: 'incomplete',
      gaps: [{ code: 'file_too_large', where: 'partition 1', path: '/srv/long' }],
    });
  });

  it('are each scanned once, also where directories lead in circles', async () => {
    const file = await disks.fileSystem('ext4', { 'a/b/eicar.com': eicarTestFile() });
    await programs.run('debugfs', ['-w', '-R', 'ln / /a/b/again', file]);
    expect(await scan(await diskIn(file))).toMatchObject({ malware_count: 1, files: 1 });
  });

  it('are not looked at for ever: what takes too long is told as not looked at', async () => {
    await scan(await debian('ext4', {})); // the scanner is there
    const silent: Disk = { virtualSize: 16 * MIB, read: () => new Promise(() => undefined) };
    expect(await scan(silent, { IMPORT_SCAN_SECONDS: 0.05 })).toMatchObject({
      status: 'incomplete',
      gaps: [{ code: 'time_spent' }],
    });
  });

  it('are not scanned, and never called clean, without signatures that are there and new', async () => {
    const disk = await debian('ext4', {});
    const empty = join(directory, 'empty');
    const old = join(directory, 'old');
    await mkdir(empty);
    await mkdir(old);
    await writeFile(join(old, 'old.ndb'), `Old:0:*:${eicarTestFile().toString('hex')}\n`);
    await utimes(join(old, 'old.ndb'), new Date(), new Date(Date.now() - 8 * 86_400_000));
    await writeFile(join(directory, 'daily.cvd'), 'no header of a database');
    const unscanned = async (change: Partial<ImportConfig>): Promise<ImageScan> => {
      const other = scannerWith(change);
      try {
        return await scan(disk, change, other);
      } finally {
        await other.onApplicationShutdown();
      }
    };
    const code = async (change: Partial<ImportConfig>): Promise<unknown> => {
      const { status, code: why, files, remedy } = await unscanned(change);
      expect([status, files, typeof remedy]).toEqual(['not_scanned', 0, 'string']);
      return why;
    };
    expect(await code({ IMPORT_SCAN_SIGNATURES: join(directory, 'nowhere') })).toBe('database_missing');
    expect(await code({ IMPORT_SCAN_SIGNATURES: empty })).toBe('database_missing');
    expect(await code({ IMPORT_SCAN_SIGNATURES: old })).toBe('database_outdated');
    expect(await code({ IMPORT_SCAN_SIGNATURES: directory })).toBe('database_outdated');
    expect(await code({ IMPORT_SCAN_CLAMD: 'no-such-program' })).toBe('scanner_missing');
    expect(await code({ IMPORT_SCAN_CLAMD: '/usr/bin/false' })).toBe('scanner_failed');
    expect(await code({ IMPORT_SCAN_BUBBLEWRAP: 'no-such-program' })).toBe('sandbox_unavailable');
  });

  it('are not scanned where there are none, or the store has no more what was stored', async () => {
    const blank: Disk = { virtualSize: MIB, read: (_offset, length) => Promise.resolve(Buffer.alloc(length)) };
    expect(await scan(blank)).toMatchObject({ status: 'not_scanned', code: 'nothing_readable' });
    const damaged: Disk = { virtualSize: MIB, read: () => Promise.reject(new StoredImageDamagedError('not its hash')) };
    expect(await scan(damaged)).toMatchObject({ status: 'not_scanned', code: 'disk_unreadable' });
    const away: Disk = { virtualSize: MIB, read: () => Promise.reject(new Error('the store is away')) };
    await expect(scan(away)).rejects.toThrow('the store is away');
  });

  it.each(['ext4', 'xfs'] as const)('end every scan of a hostile %s with an answer', async (type) => {
    const file = await disks.fileSystem(type, { ...DEBIAN, 'root/eicar.com': eicarTestFile() });
    const original = new RememberedDisk(await diskIn(file));
    expect((await scan(original)).status).toBe('infected');
    for (let seed = 1; seed <= trials(20); seed += 1) {
      const { status, gap_count } = await scan(mutant(original, seed));
      if (status === 'incomplete') expect(gap_count).toBeGreaterThan(0);
    }
  });
});
