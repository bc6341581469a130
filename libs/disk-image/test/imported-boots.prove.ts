import { rm } from 'node:fs/promises';
import { bootDisk, provideDemoImage } from '@imago/demo-image';
import { PACKAGE_CACHE, type PackageCache, provideQemuImg, provideQemuSystem } from '@imago/infra';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportedFile, FileSource, openDisk, type SourceFormat } from '../src/index.ts';
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
    const source = await FileSource.open(qemu.path('file'));
    const { reader } = await openDisk(source, format);
    await writeOut(exportedFile(reader, { format: 'qcow2', identity: 'demo' }), qemu.path('disk'));
    await source.close();
    expect(await qemu.run(`compare -f ${driver} -F qcow2 file disk`)).toBe('Images are identical.\n');
    expect(await bootDisk({ disk: qemu.path('disk'), format: 'qcow2', qemuSystem, timeout: 600_000 })).toBe(1);
    await rm(qemu.path('file'));
  },
  700_000,
);
