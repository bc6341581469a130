import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumHere, startBrowser } from '../test/browser.ts';
import { ConsolePage } from '../test/console-page.ts';
import { REGION, startSystemUnderTest, type SystemUnderTest } from '../test/system-under-test.ts';

const IMAGES = 10_000;
const PER_PAGE = 20;
/** Pages that are turned. */
const TURNED = 150;
/** Milliseconds from the press of a button until the next page is there to be read. */
const SMOOTH = 500;

const INSERT = `
INSERT INTO catalog.images (id, region, owner, status, visibility, name, image_type, architecture, os_distro, os_version,
  min_disk, min_ram, enterprise_project_id, tags, properties, disk_format, container_format, size, virtual_size,
  registration_hash, version, created_at, updated_at)
SELECT gen_random_uuid(), $1, $2, 'active', 'private', 'image-' || n, 'system_disk', 'x86_64', 'debian', '12',
  10, 512, 'default', '{}', '{}', 'qcow2', 'bare', n * 1000, 10737418240, 'h', 1,
  now() - n * interval '1 second', now() - n * interval '1 second'
FROM generate_series(1, $3::integer) AS n`;

describe('ten thousand images in the console', () => {
  let sut: SystemUnderTest;
  let browser: Browser;
  let console: ConsolePage;

  beforeAll(async () => {
    const chromium = await chromiumHere();
    if (chromium === null) throw new Error('There is no Chromium to prove it with.');
    [sut, browser] = await Promise.all([startSystemUnderTest(), startBrowser(chromium)]);
    await sut.db.query(INSERT, [REGION, sut.alice.user.project_id, IMAGES]);
    await sut.db.query('VACUUM (ANALYZE) catalog.images');
    console = await ConsolePage.open(browser, `${sut.system.gateway}/console/`);
    await console.signIn(sut.alice.user);
    await console.image('image-1').waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await sut.close();
  });

  /** Milliseconds until what is done is there to be seen. */
  async function took(done: () => Promise<void>): Promise<number> {
    const begun = performance.now();
    await done();
    return performance.now() - begun;
  }

  function say(what: string, times: readonly number[]): void {
    const sorted = times.toSorted((one, other) => one - other);
    const at = (part: number): number => Math.round(sorted[Math.floor(part * (sorted.length - 1))] ?? 0);
    globalThis.console.log(`${what}: median ${at(0.5)} ms, 95 in 100 under ${at(0.95)} ms, longest ${at(1)} ms`);
  }

  it('are turned page by page, none missing and none twice, and no page makes one wait', async () => {
    const times: number[] = [];
    for (let page = 2; page <= TURNED; page += 1) {
      times.push(
        await took(async () => {
          await console.page.getByRole('button', { name: '下一页' }).click();
          await console.image(`image-${(page - 1) * PER_PAGE + 1}`).waitFor();
          await console.image(`image-${page * PER_PAGE}`).waitFor();
        }),
      );
      expect(await console.page.locator('tr[data-image]').count()).toBe(PER_PAGE);
    }
    say(`${TURNED} pages of ${IMAGES} images`, times);
    expect(times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)]).toBeLessThan(SMOOTH);
  });

  it('are searched by any part of a name', async () => {
    const search = console.page.getByRole('searchbox');
    const times: number[] = [];
    for (const name of ['image-9999', 'image-5000', 'image-10000', 'image-7']) {
      await search.fill(name);
      times.push(
        await took(async () => {
          await console.page.keyboard.press('Enter');
          await console.image(name).waitFor();
        }),
      );
    }
    say(`searches among ${IMAGES} images`, times);
    expect(Math.max(...times)).toBeLessThan(4 * SMOOTH);
  });
});
