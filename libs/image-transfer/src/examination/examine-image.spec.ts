import { readinessReport, type ReadinessReport } from '@imago/contracts';
import { StoredImageDamagedError } from '@imago/disk-image';
import type { Declared } from '@imago/readiness';
import { describe, expect, it } from 'vitest';
import { type Examination, type Examined, examineOpened } from './examine-image.ts';

const MIB = 2 ** 20;
const declared: Declared = {
  image_type: 'system_disk',
  architecture: 'x86_64',
  os_distro: 'debian',
  os_version: '12',
  boot_mode: null,
};

type Read = (offset: number, length: number) => Promise<Buffer>;

/** A look at a disk of four MiB whose store answers as told. */
function look(
  read: Read,
  { examine, ...change }: Partial<Examination> & { examine?: Parameters<typeof examineOpened>[2] } = {},
): Promise<Examined> {
  const examination = { declared, signal: new AbortController().signal, moved: () => undefined, ...change };
  return examineOpened(() => Promise.resolve({ virtualSize: 4 * MIB, read }), examination, examine);
}

const zeros: Read = (_offset, length) => Promise.resolve(Buffer.alloc(length));
const never: Read = () => new Promise(() => undefined);
const unknownEverywhere = (points: number): object => ({
  status: 'unknown',
  points: Array.from({ length: points }, () => expect.objectContaining({ status: 'unknown' }) as object),
});

describe('the examination of an image', () => {
  it('reports what is on its disk, and reads no part of it twice', async () => {
    const reads: number[] = [];
    let moves = 0;
    const counted: Read = (offset, length) => {
      reads.push(offset);
      return zeros(offset, length);
    };
    const { report, failure } = await look(counted, {
      moved: () => {
        moves += 1;
      },
    });
    expect(failure).toBeNull();
    expect(readinessReport.parse(report)).toEqual(report);
    expect(new Set(reads).size).toBe(reads.length);
    expect(moves).toBe(reads.length);
  });

  it('knows nothing of a disk that it could not look at in time, and lets its image go on', async () => {
    const { report, failure } = await look(never, { patience: 20 });
    expect(report).toMatchObject(unknownEverywhere(12));
    expect(report.points[0]?.seen).toContain('within 0.02 seconds');
    expect(failure).not.toBeNull();
    const data = await look(never, { patience: 20, declared: { ...declared, image_type: 'data_disk' } });
    expect(data.report).toMatchObject(unknownEverywhere(2));
  });

  it('knows nothing of a disk that the store has no more as it was stored', async () => {
    const damaged: Read = () =>
      Promise.reject(new StoredImageDamagedError('The bytes of cluster 0 do not have its hash'));
    expect((await look(damaged)).report).toMatchObject(unknownEverywhere(12));
  });

  it('knows nothing when it fails by itself', async () => {
    const mistaken = () => Promise.reject(new TypeError('this.superblock is undefined'));
    const { report, failure } = await look(zeros, { examine: mistaken });
    expect(report).toMatchObject(unknownEverywhere(12));
    expect(report.points[0]?.seen).not.toContain('superblock');
    expect(failure).toBeInstanceOf(TypeError);
  });

  it('is not done while the store does not answer', async () => {
    await expect(look(() => Promise.reject(new Error('the store is away')))).rejects.toThrow('the store is away');
  });

  it('ends with its job', async () => {
    const job = new AbortController();
    const ended = look(never, { signal: job.signal });
    job.abort(new Error('cancelled'));
    await expect(ended).rejects.toThrow('cancelled');
  });

  it('fits into an event, however long the names on the disk are', async () => {
    const long: ReadinessReport = {
      status: 'warning',
      points: Array.from({ length: 12 }, () => ({
        point: 'fstab',
        status: 'warning',
        seen: '镜'.repeat(500),
        where: '镜'.repeat(300),
        remedy: null,
      })),
      operating_system: null,
      partition_table: 'gpt',
      file_systems: Array.from({ length: 128 }, () => ({ where: '镜'.repeat(100), type: 'ext4', uuid: null })),
      bytes_read: 1,
    };
    const { report } = await look(zeros, { examine: () => Promise.resolve(long) });
    expect(readinessReport.parse(report).points).toHaveLength(12);
    expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThan(48 * 1024);
  });
});
