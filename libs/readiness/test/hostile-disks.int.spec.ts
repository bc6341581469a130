import { readinessReport } from '@imago/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_READINESS_LIMITS, examineDisk } from '../src/index.ts';
import { DECLARED } from '../src/testing/declared.ts';
import { FileDisk } from '../src/testing/file-disk.ts';
import { ChangedDisk, mutant, RememberedDisk } from '../src/testing/hostile-disk.ts';
import { DiskPrograms } from '../src/testing/programs.ts';
import { SampleDisks, smallestOf } from '../src/testing/sample-disks.ts';
import { lvmVolume } from '../src/testing/sample-lvm.ts';
import { DEBIAN, manyFiles } from '../src/testing/sample-tree.ts';
import { sampleWindows } from './sample-windows.ts';

const MUTANTS = 300;

let programs: DiskPrograms;
let disks: SampleDisks;

beforeAll(async () => {
  programs = await DiskPrograms.open();
  disks = new SampleDisks(programs);
});

const opened: FileDisk[] = [];

afterAll(async () => {
  for (const disk of opened) await disk.close();
  await programs.close();
});

async function remembered(path: string): Promise<RememberedDisk> {
  const file = await FileDisk.open(path);
  opened.push(file);
  const disk = new RememberedDisk(file);
  await examineDisk(disk, DECLARED, { signal: AbortSignal.timeout(60_000) });
  return disk;
}

/** Every mutant has a report, and none costs more than it may. */
async function survives(original: RememberedDisk, seeds: number): Promise<void> {
  const statuses = new Map<string, number>();
  for (let seed = 1; seed <= seeds; seed += 1) {
    const examined = examineDisk(mutant(original, seed), DECLARED, { signal: AbortSignal.timeout(60_000) });
    const report = await examined.catch((error: unknown) => {
      throw new Error(`The mutant ${seed} was not examined`, { cause: error });
    });
    readinessReport.parse(report);
    expect(report.points).toHaveLength(12);
    expect(report.bytes_read).toBeLessThanOrEqual(DEFAULT_READINESS_LIMITS.bytes);
    statuses.set(report.status, (statuses.get(report.status) ?? 0) + 1);
  }
  expect(statuses.size).toBeGreaterThan(1);
}

describe('a disk that is damaged at random', () => {
  it.each([
    ['ext4', []],
    ['ext4', ['-O', '^extents,^64bit', '-b', '1024']],
    ['xfs', []],
    ['btrfs', []],
  ] as const)('has a report on %s %j, whatever is damaged', async (type, options) => {
    const file = await disks.fileSystem(type, { ...DEBIAN, ...manyFiles('etc', 300) }, { options });
    await survives(await remembered(await disks.biosDisk(file, smallestOf(type))), MUTANTS);
  });

  it('has a report on NTFS, whatever is damaged', async () => {
    const file = await sampleWindows(disks, ['viostor.sys']);
    await survives(await remembered(await disks.biosDisk(file, 16)), MUTANTS);
  });

  it('has a report on LVM and on FAT, whatever is damaged', async () => {
    const root = await lvmVolume(await disks.fileSystem('ext4', DEBIAN), 16);
    const loader = await disks.fileSystem('vfat', { 'EFI/BOOT/BOOTX64.EFI': 'MZ' });
    const disk = await disks.disk('gpt', [
      { file: loader, sizeMib: 16, type: 'uefi' },
      { file: root, sizeMib: 18, type: 'lvm' },
    ]);
    await survives(await remembered(disk), MUTANTS);
  });
});

describe('a disk that is damaged on purpose', () => {
  it('has a report when its logical partitions go in circles', async () => {
    const disk = await remembered(await disks.extendedDisk(await disks.fileSystem('ext4', DEBIAN), 16));
    const changed = new ChangedDisk(disk);
    // The second sector of the chain names itself as the next one.
    changed.change(1024 * 1024, (block) => {
      for (const sector of [0, 512]) {
        block.writeUInt8(5, sector + 446 + 16 + 4);
        block.writeUInt32LE(1, sector + 446 + 16 + 8);
        block.writeUInt32LE(1, sector + 446 + 16 + 12);
        block.writeUInt16LE(0xaa55, sector + 510);
      }
    });
    const report = await examineDisk(changed, DECLARED, { signal: AbortSignal.timeout(60_000) });
    expect(report.points).toHaveLength(12);
    expect(report.points[0]).toMatchObject({ status: 'problem', seen: expect.stringContaining('logical partitions') });
  });

  it('is given up when it asks for more than an examination does, and says so at every point', async () => {
    const file = await disks.fileSystem('ext4', { ...DEBIAN, ...manyFiles('etc', 300) });
    const disk = await FileDisk.open(await disks.biosDisk(file, 16));
    opened.push(disk);
    for (const limits of [{ steps: 500 }, { reads: 4 }, { bytes: 100_000 }]) {
      const report = await examineDisk(disk, DECLARED, { signal: AbortSignal.timeout(60_000), limits });
      readinessReport.parse(report);
      expect(report.points).toHaveLength(12);
      expect(report.points.filter(({ status }) => status === 'ok').length).toBeLessThan(10);
      expect(report.bytes_read).toBeLessThanOrEqual(limits.bytes ?? DEFAULT_READINESS_LIMITS.bytes);
    }
  });
});

describe('the source of a disk', () => {
  const signal = new AbortController().signal;

  it('fails the report with its own failure', async () => {
    const failure = new RangeError('the store is away');
    const disk = { virtualSize: 2 ** 30, read: () => Promise.reject(failure) };
    await expect(examineDisk(disk, DECLARED, { signal })).rejects.toBe(failure);
  });

  it('is not read any more when the report is no longer wanted', async () => {
    const disk = { virtualSize: 2 ** 30, read: (_: number, length: number) => Promise.resolve(Buffer.alloc(length)) };
    const reason = new Error('no longer wanted');
    await expect(examineDisk(disk, DECLARED, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it.each([0, 1, 511, 512, 1023, 4096, 70_000, 2 ** 40])('may have %d bytes of zeros', async (virtualSize) => {
    const disk = { virtualSize, read: (_: number, length: number) => Promise.resolve(Buffer.alloc(length)) };
    const report = await examineDisk(disk, DECLARED, { signal });
    expect(readinessReport.parse(report)).toMatchObject({ status: 'problem', partition_table: null, file_systems: [] });
    const data = await examineDisk(disk, { ...DECLARED, image_type: 'data_disk' }, { signal });
    expect(data).toMatchObject({
      status: 'ok',
      points: [{ status: 'ok' }, { status: 'ok', seen: 'The disk is empty' }],
    });
  });

  it('is read no more when it is larger', async () => {
    const sizes: number[] = [];
    for (const gib of [1, 10]) {
      const file = await disks.fileSystem('ext4', DEBIAN, {
        sizeMib: gib * 1024 - 2,
        options: ['-E', 'lazy_itable_init=1'],
      });
      const disk = await FileDisk.open(file);
      opened.push(disk);
      sizes.push((await examineDisk(disk, DECLARED, { signal })).bytes_read);
    }
    const [small = 0, large = 0] = sizes;
    expect(large).toBeLessThanOrEqual(small * 1.2);
    expect(large).toBeLessThan(4 * 1024 * 1024);
  });
});
