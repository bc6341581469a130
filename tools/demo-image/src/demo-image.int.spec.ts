import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_CACHE, type PackageCache, provideQemuImg } from '@imago/infra';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provideDemoImage } from './demo-image.ts';

const cache: PackageCache = { directory: PACKAGE_CACHE, signal: new AbortController().signal, report: () => undefined };
const choice = { cache, forcePrivate: false };

const describeOnX64 = process.arch === 'x64' ? describe : describe.skip;

describeOnX64('the demo image', () => {
  let directory: string;
  let qemuImg: string;
  let image: string;
  const build = (name: string): Promise<string> =>
    provideDemoImage({ directory: join(directory, name), qemuImg, cache });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'imago-demo-'));
    qemuImg = await provideQemuImg(choice);
    image = await build('first');
  });

  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('is the same, byte for byte, wherever and whenever it is built', async () => {
    expect((await readFile(await build('second'))).equals(await readFile(image))).toBe(true);
  });

  it('is built once', async () => {
    const before = await stat(image, { bigint: true });
    expect(await build('first')).toBe(image);
    expect((await stat(image, { bigint: true })).ctimeNs).toBe(before.ctimeNs);
  });
});
