import type { EventEnvelope } from '@imago/contracts';
import { eventually, EXHAUSTIVE, FaultyProxy } from '@imago/testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumHere, startBrowser } from '../test/browser.ts';
import { ConsolePage, EN } from '../test/console-page.ts';
import { smallQcow2 } from '../test/source-disks.ts';
import { systemFor } from '../test/shared-system.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';
import type { ImageDocument } from '../test/tenant.ts';

const chromium = await chromiumHere();
const journey = chromium === null ? describe.skip : describe;

journey('the operator’s console, in a real browser', () => {
  let sut: SystemUnderTest;
  let browser: Browser;
  /** Between browser and gateway. */
  let way: FaultyProxy;
  let console: ConsolePage;

  beforeAll(async () => {
    [sut, browser] = await Promise.all([systemFor('console'), startBrowser(chromium ?? '')]);
    way = await FaultyProxy.to(sut.system.gateway);
    console = await ConsolePage.open(browser, way.endpoint);
  });
  afterAll(async () => {
    await browser.close();
    await way.close();
    await sut.close();
  });

  /** Ids of what the log has, of one type or of all, in its order. */
  async function logged(type?: string): Promise<readonly string[]> {
    const query = type === undefined ? '' : `&type=${type}`;
    const { events } = await sut.operator.get<{ events: EventEnvelope[] }>(`/v1/audit?sort_dir=asc&limit=1000${query}`);
    return events.map(({ id }) => id);
  }

  /** Answers when the feed shows what the log has, each event once. */
  async function showsTheLog(type?: string): Promise<void> {
    await eventually(async () => {
      expect([...(await console.eventIds())].sort()).toEqual([...(await logged(type))].sort());
    });
  }

  async function registered(name: string): Promise<string> {
    const { body } = await sut.alice.ask<ImageDocument>('POST', '/v2/images', { name });
    return body.id;
  }

  it('is where a browser arrives, in Chinese, and says in the gateway’s words what is wrong with a password', async () => {
    expect(new URL(console.page.url()).pathname).toBe('/console/');
    await console.page.getByRole('heading', { name: '登录' }).waitFor();
    expect(await console.page.locator('html').getAttribute('lang')).toBe('zh-CN');
    expect(await console.barriers()).toEqual([]);
    await console.signIn({ ...sut.operator.user, password: 'wrong' });
    await console.sees('auth.invalid_credentials');
    await console.sees('请检查用户名、密码和项目名称。');
  });

  it('shows an operator an import of a tenant as it happens, from its first event to its success', async () => {
    await console.signIn(sut.operator.user);
    await console.live();
    await sut.alice.bucket.put('web', await smallQcow2(sut.directory, sut.qemuImg));
    const hold = sut.proxy.hold((method, url) => method === 'PUT' && url.searchParams.has('partNumber'));
    const { id, image_id: image } = await sut.alice.import('web');
    await hold.reached;
    await console.events({ type: 'ImageImportRequested', subject: image ?? '' }).waitFor();
    await console.job(id, 'running').getByText('传输').waitFor();
    await console.page.getByRole('tab', { name: '进行中' }).click();
    await console.job(id, 'running').waitFor();
    hold.open();
    await console.job(id).waitFor({ state: 'detached' });
    await console.page.getByRole('tab', { name: '已成功' }).click();
    await console.job(id, 'succeeded').getByText('已成功').waitFor();
    await console.events({ type: 'ImageReady', subject: image ?? '' }).waitFor();
    await console.page.getByRole('tab', { name: '全部' }).click();
    await console.job(id, 'succeeded').waitFor();
    await showsTheLog();
    expect(console.streams).toBe(1); // whatever else was looked at meanwhile
  });

  it('says why a job failed and what to do', async () => {
    await sut.alice.bucket.put('junk', Buffer.from('this is no disk'));
    const { id } = await sut.alice.import('junk');
    const { error } = await sut.alice.ended(id);
    await console.page.getByRole('tab', { name: '已失败' }).click();
    await console.job(id, 'failed').waitFor();
    for (const text of [error?.code, error?.message, error?.remedy]) await console.sees(text ?? 'no reason');
  });

  it('turns the pages of a long board', EXHAUSTIVE, async () => {
    const jobs = await Promise.all(Array.from({ length: 20 }, () => sut.alice.import('junk')));
    await Promise.all(jobs.map(({ id }) => sut.alice.ended(id)));
    const shown = console.page.locator('tr[data-job]');
    await eventually(async () => {
      expect(await shown.count()).toBe(20);
    });
    await console.page.getByRole('button', { name: '下一页' }).click();
    await eventually(async () => {
      expect(await shown.count()).toBe(1);
    });
    expect(await console.page.getByRole('button', { name: '下一页' }).isDisabled()).toBe(true);
    await console.page.getByRole('button', { name: '上一页' }).click();
    await console.job(jobs[0]?.id ?? '', 'failed').waitFor();
    await console.page.getByRole('tab', { name: '全部' }).click();
  });

  it('shows all of an event to who opens it, by key', EXHAUSTIVE, async () => {
    const image = await registered('opened');
    await console.events({ type: 'ImageRegistered', subject: image }).focus();
    await console.page.keyboard.press('Enter');
    const text = await console.page.locator('pre').textContent();
    const event = JSON.parse(text ?? '') as EventEnvelope<{ image: { name: string } }>;
    expect(event).toMatchObject({ type: 'ImageRegistered', subject: image, projectid: sut.alice.user.project_id });
    expect(await console.barriers()).toEqual([]);
    await console.page.keyboard.press('Escape');
    await console.page.locator('pre').waitFor({ state: 'detached' });
  });

  it('misses nothing and repeats nothing when its connection breaks, or while it is paused', async () => {
    way.breakAll();
    const missed = await registered('while it was cut off');
    await console.events({ type: 'ImageRegistered', subject: missed }).waitFor();
    await showsTheLog();
    await console.page.getByRole('button', { name: '暂停' }).click();
    const before = await console.eventIds();
    await registered('while it was paused');
    await console.page.getByText(/暂停后又有 [1-9]/).waitFor();
    expect(await console.eventIds()).toEqual(before);
    await console.page.getByRole('button', { name: '继续' }).click();
    await showsTheLog();
  });

  it('goes on after a reload with what it showed and what came meanwhile', EXHAUSTIVE, async () => {
    await Promise.all([console.page.reload(), registered('while it was loading')]);
    await console.live();
    await showsTheLog();
  });

  it('narrows the feed by type, project and image, and keeps that over a reload', EXHAUSTIVE, async () => {
    const image = await registered('looked for');
    await console.page.getByLabel('事件类型').fill('ImageRegistered');
    await console.page.keyboard.press('Enter');
    await console.page.keyboard.press('Escape');
    await showsTheLog('ImageRegistered');
    await console.page.getByLabel('镜像 ID').fill(image);
    await console.page.getByLabel('项目 ID').fill(sut.alice.user.project_id);
    await console.page.keyboard.press('Enter');
    await eventually(async () => {
      expect(await console.events().count()).toBe(1);
    });
    await console.page.reload();
    await console.events({ type: 'ImageRegistered', subject: image }).waitFor();
    expect(await console.events().count()).toBe(1);
    await console.page.getByLabel('项目 ID').fill(sut.bob.user.project_id);
    await console.page.keyboard.press('Enter');
    await console.sees('还没有符合条件的事件。');
    await console.page.getByRole('button', { name: '清除筛选' }).click();
    await showsTheLog();
  });

  it('replays from the time one asks for', EXHAUSTIVE, async () => {
    const field = console.page.getByLabel('从此时间开始回放');
    await field.fill('2035-01-01T00:00:00');
    await console.page.keyboard.press('Enter');
    await eventually(async () => {
      expect(await console.events().count()).toBe(0);
    });
    const today = new Date(Date.now() - 86_400_000).toISOString().slice(0, 19);
    await field.fill(today);
    await console.page.keyboard.press('Enter');
    await showsTheLog();
  });

  it('speaks English to who asks for it', async () => {
    await console.page.getByRole('button', { name: 'English' }).click();
    await console.page.getByRole('heading', { name: 'Live events' }).waitFor();
    await console.page.getByRole('tab', { name: 'Succeeded' }).waitFor();
    expect(await console.page.locator('html').getAttribute('lang')).toBe('en');
  });

  it('keeps nobody out, dark or light', EXHAUSTIVE, async () => {
    expect(await console.barriersInAnyLight()).toEqual([]);
  });

  it('asks to sign in again, and says why, when the token is no longer good', async () => {
    const session = await console.page.evaluate<string>(`sessionStorage.getItem('imago.session')`);
    const { token } = JSON.parse(session) as { token: string };
    await sut.operator.ask('DELETE', '/v3/auth/tokens', undefined, { 'x-subject-token': token });
    await console.sees('Your sign-in has expired. Please sign in again.');
    expect(await console.page.evaluate('sessionStorage.length')).toBe(0);
  });

  it('shows a tenant nothing of what is the operators’', async () => {
    await console.signIn(sut.bob.user, EN);
    await console.sees('There is no such page'); // where the operator was
    await console.page.getByRole('link', { name: 'To the first page' }).click();
    await console.page.getByRole('heading', { name: 'Images' }).waitFor();
    expect(await console.page.getByRole('link', { name: 'Live board' }).count()).toBe(0);
    expect(await console.events().count()).toBe(0);
    expect(await console.barriers()).toEqual([]);
    await console.page.getByRole('button', { name: 'Sign out' }).click();
    await console.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await console.page.evaluate('sessionStorage.length')).toBe(0);
    expect(new URL(console.page.url()).pathname).toBe('/console/');
  });

  it('never tried what its policy forbids, and nothing broke in it', () => {
    expect(console.faults).toEqual([]);
  });
});
