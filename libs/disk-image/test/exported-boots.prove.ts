import { rm } from 'node:fs/promises';
import { bootDisk, provideDemoImage } from '@imago/demo-image';
import { PACKAGE_CACHE, type PackageCache, provideQemuImg, provideQemuSystem } from '@imago/infra';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXPORT_FORMATS, exportedFile, FileSource, openDisk } from '../src/index.ts';
import { DRIVERS, writeOut } from './exported-files.ts';
import { QemuImg } from './qemu-img.ts';

const cache: PackageCache = { directory: PACKAGE_CACHE, signal: new AbortController().signal, report: () => undefined };
const choice = { cache, forcePrivate: false };

let qemu: QemuImg;
let source: FileSource;
let qemuSystem: string;
beforeAll(async () => {
  qemu = await QemuImg.open();
  qemuSystem = await provideQemuSystem(choice);
  const qemuImg = await provideQemuImg(choice);
  source = await FileSource.open(await provideDemoImage({ directory: qemu.path('demo'), qemuImg, cache }));
});
afterAll(async () => {
  await source.close();
  await qemu.close();
});

it.each(EXPORT_FORMATS)(
  'a system disk given out as %s boots',
  async (format) => {
    const { reader } = await openDisk(source, 'qcow2');
    await writeOut(exportedFile(reader, { format, identity: 'demo' }), qemu.path(format));
    // On top of the file, because what the guest writes does not belong into it, and cannot be written into a VMDK.
    await qemu.run(`create -q -f qcow2 -b ${format} -F ${DRIVERS[format]} top.qcow2`);
    expect(await bootDisk({ disk: qemu.path('top.qcow2'), format: 'qcow2', qemuSystem, timeout: 600_000 })).toBe(1);
    await rm(qemu.path(format));
  },
  700_000,
);
