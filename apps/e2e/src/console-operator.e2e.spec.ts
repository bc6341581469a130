import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { connect } from 'amqplib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumHere, startBrowser } from '../test/browser.ts';
import { ConsolePage, EN } from '../test/console-page.ts';
import { systemDisk } from '../test/publishing.ts';
import { systemFor } from '../test/shared-system.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';

const chromium = await chromiumHere();
const journey = chromium === null ? describe.skip : describe;

// What npm test shows of the console are the tenants' day and the operators' board.
journey('the console of who runs the service, and of who uses it', EXHAUSTIVE, () => {
  let sut: SystemUnderTest;
  let browser: Browser;
  /** The operator's window, in English, and a tenant's, in Chinese. */
  let desk: ConsolePage;
  let tenant: ConsolePage;
  /** An image of the tenant's. */
  let image: string;

  beforeAll(async () => {
    [sut, browser] = await Promise.all([systemFor('console-operator'), startBrowser(chromium ?? '')]);
    await sut.alice.bucket.put('web', systemDisk());
    await sut.alice.bucket.put('junk', Buffer.from('this is no disk'));
    const job = await sut.alice.import('web', { disk_format: 'raw' });
    image = job.image_id ?? '';
    await sut.alice.imageIn('active', image);
    desk = await ConsolePage.open(browser, sut.system.gateway);
    await desk.page.getByRole('button', { name: 'English' }).click();
    await desk.signIn(sut.operator.user, EN);
    tenant = await ConsolePage.open(browser, sut.system.gateway);
    await tenant.signIn(sut.alice.user);
    await tenant.live();
  });
  afterAll(async () => {
    await browser.close();
    await sut.close();
  });

  function figure(tile: string): Promise<string | null> {
    return desk.page.locator(`[data-tile="${tile}"] strong`).textContent();
  }

  it('tells an operator first how everything is doing', async () => {
    await desk.live();
    await eventually(async () => {
      expect([await figure('services'), await figure('outbox'), await figure('parked')]).toEqual(['9/9', '0', '0']);
    });
    await desk.page.locator('tr[data-service="catalog"][data-state="ready"]').waitFor();
    await desk.page.getByRole('img', { name: 'Chart: Storage by visibility' }).locator('canvas').waitFor();
    expect(await desk.barriers()).toEqual([]);
  });

  it('has an image scanned and reviewed before everybody gets it, and takes it back', async () => {
    await desk.go('Publishing');
    await desk.page.getByLabel('Project id').fill(sut.alice.user.project_id);
    await desk.page.getByRole('button', { name: 'Find' }).click();
    const row = desk.page.locator(`tr[data-image="${image}"]`);
    await row.getByRole('button', { name: 'Publish' }).click();
    await desk.answer(/^Publish image “web”/, 'Publish');
    await desk.sees('image.review_missing');
    await desk.answer(/^Publish image “web”/, 'Cancel');
    await row.getByRole('button', { name: 'Review' }).click();
    await desk.page.getByRole('button', { name: 'Scan now' }).click();
    await desk.page.locator('[data-scan="clean"]').getByText('cloud-init').waitFor();
    await desk.page.getByLabel('Comment').fill('looked at');
    expect(await desk.barriers()).toEqual([]);
    await desk.page.getByRole('button', { name: 'Save the review' }).click();
    await desk.page.locator('[data-review="approved"]').getByText('looked at').waitFor();
    await desk.page.keyboard.press('Escape');
    await row.getByRole('button', { name: 'Publish' }).click();
    await desk.answer(/^Publish image “web”/, 'Publish');
    await row.getByText('Public', { exact: true }).waitFor();
    const { images } = await sut.bob.get<{ images: { id: string }[] }>('/v2/images?visibility=public&limit=1000');
    expect(images.map(({ id }) => id)).toContain(image);
    await row.getByRole('button', { name: 'Take back' }).click();
    await desk.answer(/^Take image “web” back/, 'Take back');
    await row.getByText('Private', { exact: true }).waitFor();
    expect((await sut.bob.ask('GET', `/v2/images/${image}`)).status).toBe(404);
  });

  it('lets a tenant ask for more, an operator grant it, and the tenant see it without a reload', async () => {
    await tenant.go('配额');
    await tenant.page.getByRole('button', { name: '申请扩大配额' }).click();
    await tenant.page.getByLabel('申请上限 (个)').fill('25');
    await tenant.page.getByLabel('申请理由').fill('每个城市一个镜像');
    expect(await tenant.barriers()).toEqual([]);
    await tenant.page.getByRole('button', { name: '提交申请' }).click();
    const asked = tenant.page.locator('tr[data-request][data-state="submitted"]');
    const id = (await asked.getAttribute('data-request')) ?? '';
    await desk.go('Quota requests');
    const row = desk.page.locator(`tr[data-request="${id}"]`);
    await row.getByText('每个城市一个镜像').waitFor();
    expect(await desk.barriers()).toEqual([]);
    await row.getByRole('button', { name: 'Approve' }).click();
    await desk.page.getByLabel('Answer (may be empty)').fill('granted');
    await desk.answer(new RegExp(`of project ${sut.alice.user.project_id} to 25`), 'Approve');
    await row.waitFor({ state: 'detached' });
    await tenant.page.locator(`tr[data-request="${id}"][data-state="approved"]`).getByText('granted').waitFor();
    await tenant.page.locator('[data-resource="images"]').getByText('/ 25 个').waitFor();
  });

  it('says why a job failed and what helps, on a page of its own', async () => {
    const { id } = await sut.alice.import('junk');
    const { error } = await sut.alice.ended(id);
    await desk.go('Jobs');
    await desk.page.getByRole('tab', { name: 'Failed' }).click();
    await desk.job(id, 'failed').getByRole('link', { name: 'Import', exact: true }).click();
    await desk.page.getByRole('heading', { name: 'Job: Import' }).waitFor();
    for (const text of [error?.code, error?.message, error?.remedy]) await desk.sees(text ?? 'no reason');
    await desk.page.getByRole('link', { name: 'Ask again' }).waitFor();
    expect(await desk.barriers()).toEqual([]);
  });

  it('shows a parked message, tries it again and gives it up, and the dashboard follows', async () => {
    await desk.go('Live board');
    await desk.live();
    const id = randomUUID();
    await park(id);
    await eventually(async () => {
      expect(await figure('parked')).toBe('1');
    });
    await desk.page.getByRole('link', { name: 'Look at them' }).click();
    const row = desk.page.locator(`tr[data-parked="${id}"][data-service="quota"]`);
    await row.getByRole('button', { name: 'Inspect' }).click();
    await desk.page.locator('pre').getByText('"no": "event"').waitFor();
    expect(await desk.barriers()).toEqual([]);
    await desk.page.keyboard.press('Escape');
    const before = await row.locator('time').getAttribute('datetime');
    await row.getByRole('button', { name: 'Replay' }).click();
    await desk.sees('The message is in its queue again.');
    await eventually(async () => {
      const after = await row.locator('time').getAttribute('datetime', { timeout: 1_000 });
      expect(after).not.toBe(before); // what is invalid stays so
    });
    await row.getByRole('button', { name: 'Drop' }).click();
    await desk.answer(/^Drop the parked message “ImageDeleted” of quota/, 'Drop');
    await row.waitFor({ state: 'detached' });
    await desk.go('Live board');
    await eventually(async () => {
      expect(await figure('parked')).toBe('0');
    });
  });

  it('finds in the log who did what', async () => {
    await desk.go('Audit log');
    await desk.page.getByLabel('Id of the image').fill(image);
    await desk.page.getByRole('button', { name: 'Find' }).click();
    await desk.page.getByRole('button', { name: 'ImageReviewed' }).click();
    await desk.page.locator('pre').getByText(`"reviewed_by": "user-${sut.operator.user.name}"`).waitFor();
    await desk.page.keyboard.press('Escape');
    expect(await desk.barriers()).toEqual([]);
  });

  it('lets a tenant watch and cancel a job, in Chinese', async () => {
    const hold = sut.proxy.hold((method, url) => method === 'PUT' && url.searchParams.has('partNumber'));
    const { id } = await sut.alice.import('web', { name: 'cancelled', disk_format: 'raw' });
    await hold.reached;
    await tenant.go('任务');
    await tenant.job(id, 'running').getByText('传输').waitFor();
    expect(await tenant.barriers()).toEqual([]);
    await tenant.job(id).getByRole('button', { name: '取消任务' }).click();
    await tenant.answer(/^取消任务“导入/, '取消任务');
    hold.open();
    await tenant.job(id, 'cancelled').getByRole('link', { name: '重新申请' }).waitFor();
  });

  it('draws a tenant what was used, by image too, and gives it as a table', async () => {
    await tenant.go('用量');
    await tenant.page.getByRole('img', { name: '图表：每天用量' }).locator('canvas').waitFor();
    await tenant.page.getByText('按镜像').click();
    await tenant.page.locator('table').getByRole('link', { name: 'web' }).first().waitFor();
    expect(await tenant.barriers()).toEqual([]);
    const downloading = tenant.page.waitForEvent('download');
    await tenant.page.getByRole('button', { name: '下载 CSV' }).click();
    const table = await readFile(await (await downloading).path(), 'utf8');
    expect(table.split('\r\n')[0]).toBe('project_id,from,image_id,images,byte_hours,gib_hours');
    expect(table).toContain(image);
  });

  it('keeps nobody out in the dark', async () => {
    for (const page of [desk, tenant]) await page.page.emulateMedia({ colorScheme: 'dark' });
    for (const name of ['Publishing', 'Quota requests', 'Parked messages', 'Jobs', 'Live board']) {
      await desk.go(name);
      expect({ name, barriers: await desk.barriers() }).toEqual({ name, barriers: [] });
    }
    for (const name of ['任务', '配额', '用量']) {
      await tenant.go(name);
      expect({ name, barriers: await tenant.barriers() }).toEqual({ name, barriers: [] });
    }
  });

  it('never tried what its policy forbids, and nothing broke in it', () => {
    expect([desk.faults, tenant.faults]).toEqual([[], []]);
  });

  /** Something no service can read, sent to one alone. */
  async function park(id: string): Promise<void> {
    const connection = await connect(sut.amqpUrl);
    const channel = await connection.createConfirmChannel();
    const properties = { messageId: id, type: 'ImageDeleted', persistent: true };
    channel.publish('', 'quota.on.catalog', Buffer.from('{"no":"event"}'), properties);
    await channel.waitForConfirms();
    await connection.close();
  }
});
