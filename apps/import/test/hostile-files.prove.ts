import type { Compression } from '@imago/disk-image';
import { HOSTILE_FILES, HOSTILE_PACKED, type HostileFile } from '@imago/disk-image/testing';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ImportUnderTest, startImport } from './import-under-test.ts';

/** More than all of the files have together would take, and less than what one of them would like. */
const MOST_MEMORY = 1.5 * 2 ** 30;
/** Milliseconds of CPU for a file, with everything around it. */
const MOST_CPU = 5_000;

type Hostile = Pick<HostileFile, 'name' | 'bytes' | 'declared' | 'code'> & { readonly compression?: Compression };

let imports: ImportUnderTest;
beforeAll(async () => {
  imports = await startImport();
  await imports.hire();
});
afterAll(() => imports.close());

/** Those that are too large only for less than the smallest system disk may be imported. */
const PACKED = HOSTILE_PACKED.filter(({ code }) => code !== 'image.unpacked_too_large').map((packed) => ({
  ...packed,
  declared: 'qcow2' as const,
}));

it.each<Hostile>([...HOSTILE_FILES, ...PACKED])(
  'the import of $name fails for its reason and leaves nothing',
  async (file) => {
    const { bytes, declared, compression = null, code } = file;
    await imports.files.put('hostile', bytes);
    const before = process.cpuUsage();
    const { id } = await imports.request('hostile', { disk_format: declared, compression });
    await imports.looks.eventsOf(id);
    const job = await imports.looks.job(id);
    const { user, system } = process.cpuUsage(before);
    expect(job).toMatchObject({ state: 'failed', error: { code } });
    expect(await imports.looks.journalOf(id)).toEqual([]);
    expect(await imports.store.list('images/')).toEqual([]);
    expect(await imports.store.listMultiparts('images/')).toEqual([]);
    await eventually(async () => {
      expect(await imports.store.list('unpacked/')).toEqual([]);
      expect(await imports.store.listMultiparts('unpacked/')).toEqual([]);
    });
    expect((user + system) / 1000).toBeLessThan(MOST_CPU);
    expect(process.memoryUsage().rss).toBeLessThan(MOST_MEMORY);
  },
);
