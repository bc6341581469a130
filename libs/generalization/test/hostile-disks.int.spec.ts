import { ChangedDisk, DiskPrograms, FileDisk, mutant } from '@imago/readiness/testing';
import { RememberedDisk, SampleDisks, SeededNumbers } from '@imago/readiness/testing';
import type { ExaminedDisk } from '@imago/readiness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Generalization, generalizeDisk } from '../src/index.ts';
import { BROKEN } from './broken-tree.ts';
import { NOW } from './generalized.ts';

const MUTANTS = 150;
/** In what pieces a disk is read. */
const CACHE_BLOCK = 32 * 1024;
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

const NUMBERS = [0, 1, 2, 3, 8, 0x7f, 0xff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff];

/** A disk with a few other numbers where the undamaged one is changed: inodes, descriptors, bits, the super block. */
function damagedNear(original: RememberedDisk, { patches }: Generalization, seed: number): ChangedDisk {
  const numbers = new SeededNumbers(seed);
  const changed = new ChangedDisk(original);
  for (let count = 1 + numbers.below(3); count > 0; count -= 1) {
    const { offset, bytes } = patches[numbers.below(patches.length)] ?? { offset: 0, bytes: Buffer.alloc(0) };
    const at = offset - 64 + numbers.below(bytes.length + 128);
    const start = Math.floor(at / CACHE_BLOCK) * CACHE_BLOCK;
    changed.change(start, (block) => {
      const place = Math.min(at - start, block.length - 4);
      const number = NUMBERS[numbers.below(NUMBERS.length)] ?? 0;
      const kind = numbers.below(4);
      if (kind === 0) block.writeUInt32LE(number, place & ~3);
      else if (kind === 1) block.writeUInt16LE(number & 0xffff, place & ~1);
      else if (kind === 2) block.writeUInt8(number & 0xff, place);
      else block.writeUInt8(block.readUInt8(place) ^ (1 << numbers.below(8)), place);
    });
  }
  return changed;
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
    const whole = await generalizing(original);
    const table = await file.read(0, CACHE_BLOCK);
    let hindered = 0;
    for (let seed = 1; seed <= MUTANTS; seed += 1) {
      const disk = seed % 3 === 0 ? mutant(original, seed) : damagedNear(original, whole, seed);
      const generalization = await generalizing(disk).catch((error: unknown) => {
        throw new Error(`The mutant ${seed} was not generalized`, { cause: error });
      });
      // The partition is where it was unless its table is what was damaged.
      const isWhere = (await disk.read(0, CACHE_BLOCK)).equals(table);
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
      expect(await generalizing(new PatchedDisk(disk, generalization)), `mutant ${seed}`).toMatchObject({
        patches: [],
      });
      if (changes.length < whole.changes.length) hindered += 1;
    }
    expect(hindered).toBeGreaterThan(MUTANTS / 10);
    expect(hindered).toBeLessThan(MUTANTS);
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
