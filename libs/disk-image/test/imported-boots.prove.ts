import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import { bootDisk, provideDemoImage } from '@imago/demo-image';
import { PACKAGE_CACHE, type PackageCache, provideQemuImg, provideQemuSystem, runCommand } from '@imago/infra';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Compression, exportedFile, FileSource, openDisk, type SourceFormat, unpack } from '../src/index.ts';
import { writeOut } from './exported-files.ts';
import { QemuImg } from './qemu-img.ts';

const cache: PackageCache = { directory: PACKAGE_CACHE, signal: new AbortController().signal, report: () => undefined };
const choice = { cache, forcePrivate: false };

let qemu: QemuImg;
let demo: string;
let qemuSystem: string;
beforeAll(async () => {
  qemu = await QemuImg.open();
  qemuSystem = await provideQemuSystem(choice);
  const qemuImg = await provideQemuImg(choice);
  demo = await provideDemoImage({ directory: qemu.path('demo'), qemuImg, cache });
});
afterAll(() => qemu.close());

it.each<[SourceFormat, string, string]>([
  ['raw', 'raw', ''],
  ['qcow2', 'qcow2', '-c'],
  ['vmdk', 'vmdk', '-o subformat=monolithicSparse'],
  ['vmdk', 'vmdk', '-o subformat=streamOptimized'],
  ['vhd', 'vpc', '-o subformat=dynamic,force_size=on'],
  ['vhd', 'vpc', '-o subformat=fixed,force_size=on'],
  ['vhdx', 'vhdx', ''],
  ['vdi', 'vdi', ''],
])(
  'a system disk in a %s file (%s %s) is the same disk when it is read, and boots',
  async (format, driver, options) => {
    await qemu.run(`convert -f qcow2 -O ${driver} ${options} ${demo} file`.replaceAll('  ', ' '));
    await requireSameAndBoots(format, driver);
  },
  700_000,
);

it.each<[Compression, SourceFormat, string]>([
  ['gzip', 'raw', 'raw'],
  ['xz', 'vdi', 'vdi'],
  ['zstd', 'qcow2', 'qcow2'],
])(
  'a system disk in a file packed with %s (%s) is the same disk when it is unpacked, and boots',
  async (compression, format, driver) => {
    await qemu.run(`convert -f qcow2 -O ${driver} ${demo} file`);
    await pack(compression);
    const packed = await FileSource.open(qemu.path('packed'));
    const { signal } = new AbortController();
    const bytes = unpack(packed, { compression, mostBytes: 2 ** 30, signal });
    await pipeline(bytes, createWriteStream(qemu.path('file')));
    await packed.close();
    await requireSameAndBoots(format, driver);
  },
  700_000,
);

/** Packs `file` as `packed`, and leaves nothing of it. */
async function pack(compression: Compression): Promise<void> {
  if (compression === 'xz') {
    await runCommand('xz', ['-T1', 'file'], { cwd: qemu.directory, timeout: 300_000 });
    await rename(qemu.path('file.xz'), qemu.path('packed'));
    return;
  }
  const packer = compression === 'gzip' ? createGzip() : createZstdCompress();
  await pipeline(createReadStream(qemu.path('file')), packer, createWriteStream(qemu.path('packed')));
  await rm(qemu.path('file'));
}

/** Reads `file` as an import does and starts a machine with the disk in it. */
async function requireSameAndBoots(format: SourceFormat, driver: string): Promise<void> {
  const source = await FileSource.open(qemu.path('file'));
  const { reader } = await openDisk(source, format);
  await writeOut(exportedFile(reader, { format: 'qcow2', identity: 'demo' }), qemu.path('disk'));
  await source.close();
  expect(await qemu.run(`compare -f ${driver} -F qcow2 file disk`)).toBe('Images are identical.\n');
  expect(await bootDisk({ disk: qemu.path('disk'), format: 'qcow2', qemuSystem, timeout: 600_000 })).toBe(1);
  await rm(qemu.path('file'));
}
