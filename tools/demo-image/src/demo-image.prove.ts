import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_CACHE, type PackageCache, provideQemuImg, provideQemuSystem } from '@imago/infra';
import { expect, it } from 'vitest';
import { bootDisk } from './boot-disk.ts';
import { provideDemoImage } from './demo-image.ts';

const cache: PackageCache = { directory: PACKAGE_CACHE, signal: new AbortController().signal, report: () => undefined };
const choice = { cache, forcePrivate: false };

// Alone; the tests of servers boot it too.
it.runIf(process.arch === 'x64')(
  'the demo image boots, counts its boots on its own disk, and switches off at the power button',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'imago-demo-'));
    try {
      const qemuSystem = await provideQemuSystem(choice);
      const image = await provideDemoImage({ directory, qemuImg: await provideQemuImg(choice), cache });
      const disk = join(directory, 'disk.qcow2');
      await copyFile(image, disk);
      expect(await bootDisk({ disk, format: 'qcow2', qemuSystem })).toBe(1);
      expect(await bootDisk({ disk, format: 'qcow2', qemuSystem })).toBe(2);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
);
