import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DiskTooLargeError,
  EXPORT_FORMATS,
  exportedFile,
  FileSource,
  flattenedImage,
  LARGEST_DISK,
  openDisk,
  openLayers,
} from '../src/index.ts';
import type { ByteSource, DiskReader, ExportFormat } from '../src/index.ts';
import { sampleDisk } from '../src/testing/index.ts';
import { CountingDisk, DRIVERS, NumberedDisk, writeOut } from './exported-files.ts';
import { QemuImg } from './qemu-img.ts';
import { changedDisk, openStored, sources, storeLayer, storeWhole } from './stored-layers.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** Formats whose files qemu can check by themselves. */
const CHECKED: readonly ExportFormat[] = ['qcow2', 'vhdx', 'vmdk'];
const IDENTITY = 'a'.repeat(64);

interface Sample {
  readonly content: Buffer;
  readonly disk: DiskReader;
}

let qemu: QemuImg;
const samples = new Map<string, Sample>();
/** In layers: a cluster became zero, a block is half full, and it ends within a sector's cluster. */
let layered: Sample;

beforeAll(async () => {
  qemu = await QemuImg.open();
  const base = await storeWhole(sampleDisk(1, 21 * MIB + 512));
  const changes = [
    { offset: 3 * MIB, length: 2 * MIB, fill: 0 },
    { offset: 9 * MIB - 5, length: 10, fill: 'x' },
  ];
  const top = await storeLayer(changedDisk(base.content, changes, 23 * MIB + 3 * 512), base);
  layered = { content: top.content, disk: await openStored(top, top.index) };
  const whole = async (content: Buffer): Promise<Sample> => {
    const stored = await storeWhole(content);
    return { content, disk: await openStored(stored, stored.index) };
  };
  samples.set('in layers, of odd size', layered);
  samples.set('of one sector', await whole(Buffer.alloc(512, 'x')));
  samples.set('without data', await whole(Buffer.alloc(5 * MIB + 512)));
  samples.set('full of random bytes', await whole(randomBytes(4 * MIB)));
  samples.set('with its end alone', await whole(Buffer.concat([Buffer.alloc(7 * MIB), Buffer.alloc(1536, 'end')])));
  for (const [index, { content }] of [...samples.values()].entries()) await qemu.file(`model-${index}`, content);
});
afterAll(() => qemu.close());

function fileOf(disk: DiskReader, format: ExportFormat, identity = IDENTITY): ByteSource {
  return exportedFile(disk, { format, identity });
}

async function expectSound(format: ExportFormat, model: string, file: string): Promise<void> {
  const driver = DRIVERS[format];
  if (CHECKED.includes(format)) expect(await qemu.run(`check -f ${driver} ${file}`)).toContain('No errors were found');
  expect((await asWeReadIt(format, file)).equals(await readFile(qemu.path(model)))).toBe(true);
  // Of another size qemu would warn, and compare the rest with zeros.
  expect(await qemu.run(`compare -f raw -F ${driver} ${model} ${file}`)).toBe('Images are identical.\n');
}

/** What we would import of it. */
async function asWeReadIt(format: ExportFormat, file: string): Promise<Buffer> {
  const source = await FileSource.open(qemu.path(file));
  try {
    const { reader } = await openDisk(source, format === 'vhd-fixed' ? 'vhd' : format);
    return await reader.read(0, reader.virtualSize);
  } finally {
    await source.close();
  }
}

describe.each(EXPORT_FORMATS)('a disk as a file of the format %s', (format) => {
  it('is the same disk to qemu, whatever it holds', async () => {
    for (const [index, { disk }] of [...samples.values()].entries()) {
      await writeOut(fileOf(disk, format), qemu.path(`${format}-${index}`));
      await expectSound(format, `model-${index}`, `${format}-${index}`);
    }
  });

  it('is read in ranges of any kind, and is the same each time', async () => {
    const file = fileOf(layered.disk, format);
    const bytes = await file.read(0, file.size);
    const range = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat({ max: 3 * MIB }) });
    const property = fc.asyncProperty(fc.array(range, { minLength: 1, maxLength: 4 }), async (ranges) => {
      const reads = ranges.map(async ({ at, length }) => {
        const offset = Math.floor(at * file.size);
        const target = Buffer.alloc(Math.min(length, file.size - offset), 0xee);
        await file.readInto?.(offset, target);
        return target.equals(bytes.subarray(offset, offset + target.length));
      });
      expect(await Promise.all(reads)).not.toContain(false);
    });
    await fc.assert(property, { numRuns: 12 });
    expect(await file.read(file.size, 0)).toHaveLength(0);
    await expect(file.read(file.size - 1, 2)).rejects.toThrow(RangeError);
    expect(bytes.equals(await fileOf(layered.disk, format).read(0, file.size))).toBe(true);
  });

  it('reads each cluster of the disk once, when it is read from its beginning to its end', async () => {
    const disk = new CountingDisk(layered.disk);
    const file = fileOf(disk, format);
    for (let at = 0; at < file.size; at += 5 * MIB - 77) await file.read(at, Math.min(5 * MIB - 77, file.size - at));
    const held = [...disk.extents()].reduce((sum, { length }) => sum + length, 0);
    expect(disk.bytes).toBeGreaterThanOrEqual(held);
    expect(disk.bytes).toBeLessThanOrEqual(held + 2 * MIB); // blocks of a VHD that are half empty
  });

  it('stops when it is told to, and when its disk fails, and can be read again', async () => {
    const disk = new CountingDisk(layered.disk);
    const file = fileOf(disk, format);
    const bytes = await file.read(0, file.size);
    await expect(file.read(0, file.size, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    disk.failure = new Error('the source is gone');
    await expect(file.read(0, file.size)).rejects.toThrow('the source is gone');
    disk.failure = undefined;
    expect(bytes.equals(await file.read(0, file.size))).toBe(true);
  });

  it('of 130 GiB costs its tables and its data', async () => {
    const places = [0, 7 * GIB + 3 * MIB, 101 * GIB, 130 * GIB];
    const data = places.map((offset) => ({ offset, length: offset === 130 * GIB ? 512 : MIB }));
    const disk = new NumberedDisk(130 * GIB + 512, data);
    const file = fileOf(disk, format);
    const isWhole = format === 'raw' || format === 'vhd-fixed';
    if (!isWhole) expect(file.size).toBeLessThan(20 * MIB);
    // What lies between is zeros in these two, and nothing but reading all of it would tell.
    const end = { offset: 130 * GIB, length: file.size - 130 * GIB };
    await writeOut(file, qemu.path('large'), isWhole ? [...data, end] : undefined);
    for (const { offset, length } of [...data, { offset: 50 * GIB, length: MIB }]) {
      // To compare all of it takes qemu a minute: of some formats it reads the zeros.
      const file = `file.driver=${DRIVERS[format]},file.file.driver=file,file.file.filename=large`;
      await qemu.run(`convert --image-opts driver=raw,offset=${offset},size=${length},${file} -O raw part`);
      expect((await readFile(qemu.path('part'))).equals(await disk.read(offset, length))).toBe(true);
    }
  });
});

describe.each(['vhd', 'vhdx', 'vmdk'] as const)('the largest disk that fits into %s', (format) => {
  const largest = LARGEST_DISK[format];

  it('has a place for its last byte', async () => {
    const disk = new NumberedDisk(largest, [{ offset: 0, length: largest }]);
    const file = fileOf(disk, format);
    expect(file.size).toBeGreaterThan(largest);
    const last = await file.read(file.size - 2 * MIB, 2 * MIB);
    const number = Buffer.alloc(8);
    number.writeBigUInt64BE(BigInt(largest / 512));
    expect(last.includes(number)).toBe(true);
    if (format === 'vhdx') return; // few file systems have files of that size
    await writeOut(file, qemu.path(`full-${format}`), [
      { offset: 0, length: 5 * MIB },
      { offset: file.size - MIB, length: MIB },
    ]);
    expect(await qemu.run(`info -f ${DRIVERS[format]} full-${format}`)).toContain(`(${largest} bytes)`);
  });

  it('is the largest: the next one is refused', () => {
    const disk = new NumberedDisk(largest + 512, []);
    expect(() => fileOf(disk, format)).toThrow(DiskTooLargeError);
    expect(() => fileOf(disk, format)).toThrow(`into ${format}: ${largest} at most`);
  });
});

describe('a file of a disk', () => {
  it('is the same whatever layers the disk is in', async () => {
    const base = await storeWhole(sampleDisk(3, 6 * MIB));
    const top = await storeLayer(changedDisk(base.content, [{ offset: MIB, length: MIB, fill: 0 }]), base);
    const flat = await flattenedImage(top.index, sources(top.layers));
    const disks = [await openStored(top, top.index), await openLayers([flat], { index: top.index })];
    const [one, other] = await Promise.all(
      disks.map(async (disk) => {
        const file = fileOf(disk, 'vhdx');
        return file.read(0, file.size);
      }),
    );
    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true);
  });

  it.each(['vhd', 'vhd-fixed', 'vhdx', 'vmdk'] as const)('of the format %s has ids of its content', async (format) => {
    const { disk } = layered;
    const [one, other] = [fileOf(disk, format), fileOf(disk, format, 'b'.repeat(64))];
    expect(one.size).toBe(other.size);
    expect((await one.read(0, one.size)).equals(await other.read(0, other.size))).toBe(false);
  });
});
