import { HOSTILE_FILES } from '@imago/disk-image/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ImportUnderTest, startImport } from './import-under-test.ts';

/** More than all of the files have together would take, and less than what one of them would like. */
const MOST_MEMORY = 1.5 * 2 ** 30;
/** Milliseconds of CPU for a file, with everything around it. */
const MOST_CPU = 5_000;

let imports: ImportUnderTest;
beforeAll(async () => {
  imports = await startImport();
  await imports.hire();
});
afterAll(() => imports.close());

it.each(HOSTILE_FILES)('the import of $name fails for its reason, within bounds, and leaves nothing', async (file) => {
  const { bytes, declared, code } = file;
  await imports.files.put('hostile', bytes);
  const before = process.cpuUsage();
  const { id } = await imports.request('hostile', { disk_format: declared });
  await imports.looks.eventsOf(id);
  const job = await imports.looks.job(id);
  const { user, system } = process.cpuUsage(before);
  expect(job).toMatchObject({ state: 'failed', error: { code } });
  expect(await imports.looks.journalOf(id)).toEqual([]);
  expect(await imports.store.list('images/')).toEqual([]);
  expect(await imports.store.listMultiparts('images/')).toEqual([]);
  expect((user + system) / 1000).toBeLessThan(MOST_CPU);
  expect(process.memoryUsage().rss).toBeLessThan(MOST_MEMORY);
});
