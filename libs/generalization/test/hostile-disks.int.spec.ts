import { DiskPrograms, FileDisk, mutant, RememberedDisk, SampleDisks } from '@imago/readiness/testing';
import type { ExaminedDisk } from '@imago/readiness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Generalization, generalizeDisk } from '../src/index.ts';
import { BROKEN } from './broken-tree.ts';
import { NOW } from './generalized.ts';

const MUTANTS = 300;
const MOST = 1024 * 1024;
const [FIRST, END] = [2 ** 20, 17 * 2 ** 20];

let programs: DiskPrograms;
let disks: SampleDisks;
const opened: FileDisk[] = [];

beforeAll(async () => {
  programs = await DiskPrograms.open();
  disks = new SampleDisks(programs);
});

afterAll(async () => {
  for (const disk of opened) await disk.close();
  await programs.close();
});

function generalizing(disk: ExaminedDisk): Promise<Generalization> {
  return generalizeDisk(disk, { signal: AbortSignal.timeout(60_000), now: NOW, mostPatched: MOST });
}

/** The disk with the patches laid over what is read of it. */
class PatchedDisk implements ExaminedDisk {
  readonly virtualSize: number;
  private readonly disk: ExaminedDisk;
  private readonly patches: Generalization['patches'];

  constructor(disk: ExaminedDisk, { patches }: Generalization) {
    this.disk = disk;
    this.virtualSize = disk.virtualSize;
    this.patches = patches;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const target = Buffer.from(await this.disk.read(offset, length));
    for (const { offset: at, bytes } of this.patches) {
      const [from, to] = [Math.max(at, offset), Math.min(at + bytes.length, offset + length)];
      if (from < to) bytes.copy(target, from - offset, from - at, to - at);
    }
    return target;
  }
}

describe('a disk that is damaged at random', () => {
  it.each([
    ['ext2', ['-b', '1024']],
    ['ext4', []],
    ['ext4', ['-O', '^metadata_csum,^64bit', '-b', '1024', '-g', '1024']],
  ] as const)('is changed within its file system alone on %s %j', async (type, options) => {
    const file = await FileDisk.open(await disks.biosDisk(await disks.fileSystem(type, BROKEN, { options }), 16));
    opened.push(file);
    const original = new RememberedDisk(file);
    await generalizing(original);
    const table = await file.read(0, 32 * 1024);
    let changedDisks = 0;
    for (let seed = 1; seed <= MUTANTS; seed += 1) {
      const disk = mutant(original, seed);
      const generalization = await generalizing(disk).catch((error: unknown) => {
        throw new Error(`The mutant ${seed} was not generalized`, { cause: error });
      });
      // The partition is where it was unless its table is what was damaged.
      const isWhere = (await disk.read(0, 32 * 1024)).equals(table);
      const { patches, changes } = generalization;
      let [end, total] = [isWhere ? FIRST : 0, 0];
      for (const { offset, bytes } of patches) {
        expect(offset, `mutant ${seed}`).toBeGreaterThanOrEqual(end);
        end = offset + bytes.length;
        total += bytes.length;
      }
      expect(end, `mutant ${seed}`).toBeLessThanOrEqual(isWhere ? END : disk.virtualSize);
      expect(total).toBeLessThanOrEqual(MOST);
      expect(changes.length > 0, `mutant ${seed}`).toBe(patches.length > 0);
      expect(await generalizing(new PatchedDisk(disk, generalization)), `mutant ${seed}`).toMatchObject({ patches: [] });
      if (patches.length > 0) changedDisks += 1;
    }
    expect(changedDisks).toBeGreaterThan(10);
    expect(changedDisks).toBeLessThan(MUTANTS);
  });
});

describe('the source of a disk', () => {
  it('fails with its own failure, and is not read when nothing is wanted any more', async () => {
    const failure = new RangeError('the store is away');
    const disk = { virtualSize: 2 ** 30, read: () => Promise.reject(failure) };
    await expect(generalizing(disk)).rejects.toBe(failure);
    const reason = new Error('no longer wanted');
    const options = { signal: AbortSignal.abort(reason), now: NOW };
    await expect(generalizeDisk(disk, options)).rejects.toBe(reason);
  });

  it.each([0, 1, 511, 1023, 70_000, 2 ** 40])('may have %d bytes of zeros', async (virtualSize) => {
    const disk = { virtualSize, read: (_: number, length: number) => Promise.resolve(Buffer.alloc(length)) };
    expect(await generalizing(disk)).toMatchObject({ patches: [], changes: [], left: [{ code: 'no_linux' }] });
  });
});
