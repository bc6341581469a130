import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CountingSource, FileSource, openDisk, type SourceFormat } from '../src/index.ts';
import { sampleDisk } from '../src/testing/index.ts';
import { describeDiskReader } from './describe-disk-reader.ts';
import { QemuImg } from './qemu-img.ts';

const MIB = 2 ** 20;

/** No whole number of clusters of any size but the smallest. */
const SIZE = 9 * MIB + 23 * 512;

let qemu: QemuImg;
beforeAll(async () => {
  qemu = await QemuImg.open();
  await qemu.file('disk.raw', sampleDisk(1, SIZE));
});
afterAll(() => qemu.close());

let files = 0;

/** How qemu calls a format. */
const driverOf = (format: SourceFormat): string => (format === 'vhd' ? 'vpc' : format);

/** A file that `prepare` has made; its content is what qemu reads from it. */
function describeFile(format: SourceFormat, name: string, prepare: (file: string) => Promise<unknown>): void {
  describeDiskReader(name, async () => {
    const file = `variant-${(files += 1)}`;
    await prepare(file);
    await qemu.run(`convert -f ${driverOf(format)} -O raw ${file} ${file}.raw`);
    const source = await FileSource.open(qemu.path(file));
    const { reader } = await openDisk(source, format);
    return { reader, content: await readFile(qemu.path(`${file}.raw`)), close: () => source.close() };
  });
}

const describeQcow2 = (name: string, prepare: (file: string) => Promise<unknown>): void => {
  describeFile('qcow2', name, prepare);
};

/** What `qemu-img convert` makes of the sample with these options. */
function describeConverted(options: string, format: SourceFormat = 'qcow2'): void {
  describeFile(format, `${format} by convert ${options}`, (file) =>
    qemu.run(`convert -f raw -O ${driverOf(format)} ${options} disk.raw ${file}`.replace('  ', ' ')),
  );
}

describeDiskReader('raw', async () => {
  const source = await FileSource.open(qemu.path('disk.raw'));
  const { reader } = await openDisk(source, 'raw');
  return { reader, content: sampleDisk(1, SIZE), close: () => source.close() };
});

describeConverted('-o compat=1.1');
describeConverted('-o compat=0.10');
for (const bytes of ['512', '4k', '2M']) describeConverted(`-o cluster_size=${bytes}`);
describeConverted('-W -m 16');
describeConverted('-o preallocation=metadata');
describeConverted('-o preallocation=falloc');
describeConverted('-o refcount_bits=1,lazy_refcounts=on');
for (const type of ['zlib', 'zstd']) {
  for (const bytes of ['512', '4k', '64k', '2M'])
    describeConverted(`-c -o compression_type=${type},cluster_size=${bytes}`);
}
describeConverted('-c -W -m 16 -o compression_type=zstd');
describeConverted('-c -o compat=0.10');
for (const subformat of ['fixed', 'dynamic']) {
  for (const size of ['on', 'off']) describeConverted(`-o subformat=${subformat},force_size=${size}`, 'vhd');
}
for (const subformat of ['monolithicSparse', 'streamOptimized']) describeConverted(`-o subformat=${subformat}`, 'vmdk');
describeConverted('-o zeroed_grain=on', 'vmdk');
for (const layout of ['fixed', 'dynamic']) describeConverted(`-o subformat=${layout}`, 'vhdx');
for (const bytes of ['1M', '4M']) describeConverted(`-o block_size=${bytes}`, 'vhdx');
for (const state of ['off', 'on']) describeConverted(`-o static=${state}`, 'vdi');

for (const [format, options] of [
  ['vhd', ''],
  ['vhdx', '-o block_size=1M'],
  ['vdi', ''],
  ['vmdk', '-o zeroed_grain=on'],
] as const) {
  describeFile(format, `${format} written in random order`, async (file) => {
    const driver = driverOf(format);
    await qemu.run(`create -f ${driver} ${options} ${file} 24M`.replace('  ', ' '));
    for (const at of [17, 3, 22, 4, 0, 11]) await qemu.io(file, `write -P ${at + 1} ${at}M 700k`, driver);
    if (format === 'vmdk') await qemu.io(file, 'write -z 3M 256k', driver);
  });
}

describeQcow2('qcow2 with preallocated tables and little data', async (file) => {
  await qemu.run(`create -f qcow2 -o preallocation=metadata ${file} ${SIZE}`);
  await qemu.io(file, 'write -P 7 3000000 70000');
});

describeQcow2('qcow2 with zeroed clusters', async (file) => {
  await qemu.run(`convert -f raw -O qcow2 disk.raw ${file}`);
  for (const write of ['write -z 1M 1M', 'write -z -u 3M 1M', 'discard 5M 512k']) await qemu.io(file, write);
});

describeQcow2('qcow2 with internal snapshots', async (file) => {
  await qemu.run(`convert -f raw -O qcow2 disk.raw ${file}`);
  await qemu.run(`snapshot -c before ${file}`);
  await qemu.io(file, 'write -P 99 1500000 2000000');
  await qemu.run(`snapshot -c between ${file}`);
  await qemu.io(file, 'write -P 98 100000 300000');
});

describeQcow2('qcow2 written in random order', async (file) => {
  await qemu.run(`create -f qcow2 -o cluster_size=4k ${file} ${SIZE}`);
  for (let at = 0; at < 24; at += 1)
    await qemu.io(file, `write -P ${at + 1} ${((at * 7) % 24) * 393_216} ${50_000 + at * 4096}`);
});

describeQcow2('qcow2 that grew after its tables were made', async (file) => {
  await qemu.run(`create -f qcow2 ${file} 1M`);
  await qemu.io(file, 'write -P 5 0 1M');
  await qemu.run(`resize -f qcow2 ${file} ${2048 * MIB}`);
  await qemu.io(file, 'write -P 6 1500M 1M');
  await qemu.run(`resize -f qcow2 --shrink ${file} 20M`);
  await qemu.io(file, 'write -P 8 19M 1M');
});

describeQcow2('qcow2 with a persistent bitmap and data it does not cover', async (file) => {
  await qemu.run(`create -f qcow2 ${file} ${SIZE}`);
  await qemu.run(`bitmap --add ${file} backup`);
  await qemu.io(file, 'write -P 3 2M 2M');
});

describe('a file that many writers made at once', () => {
  it.each(['', '-W -m 16', '-c -W -m 16 -o compression_type=zstd'])(
    'is read once, by few ranges: %s',
    async (options) => {
      await qemu.file('large.raw', sampleDisk(2, 100 * MIB));
      await qemu.run(`convert -f raw -O qcow2 ${options} large.raw large.qcow2`.replace('  ', ' '));
      const file = await FileSource.open(qemu.path('large.qcow2'));
      const source = new CountingSource(file);
      const { reader } = await openDisk(source, 'qcow2');
      const looks = source.reads;
      expect(looks).toBeLessThanOrEqual(4);
      for await (const { data } of reader.clusters({ clusterSize: MIB })) expect(data.length).toBeGreaterThan(0);
      await file.close();
      expect(source.reads - looks).toBeLessThanOrEqual((2 * source.size) / (8 * MIB));
      expect(source.bytes).toBeLessThan(1.05 * source.size);
    },
  );
});
