import { eventually, EVERY_CASE } from '@imago/testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumHere, startBrowser } from '../test/browser.ts';
import { ConsolePage } from '../test/console-page.ts';
import { scanned, systemDisk } from '../test/publishing.ts';
import { systemFor } from '../test/shared-system.ts';
import { Sharing } from '../test/sharing.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';

const chromium = await chromiumHere();
const journey = chromium === null ? describe.skip : describe;

journey('images in the console, as two tenants use them in Chinese', () => {
  let sut: SystemUnderTest;
  let browser: Browser;
  let alice: ConsolePage;
  let bob: ConsolePage;
  let sharing: Sharing;

  beforeAll(async () => {
    [sut, browser] = await Promise.all([systemFor('console-images'), startBrowser(chromium ?? '')]);
    sharing = new Sharing(sut.alice, sut);
    const address = `${sut.system.gateway}/console/`;
    [alice, bob] = await Promise.all([ConsolePage.open(browser, address), ConsolePage.open(browser, address)]);
    await Promise.all([alice.signIn(sut.alice.user), bob.signIn(sut.bob.user)]);
    await Promise.all([alice.live(), bob.live()]);
  });
  afterAll(async () => {
    await browser.close();
    await sut.close();
  });

  async function tab(console: ConsolePage, name: string): Promise<void> {
    await console.page.getByRole('tab', { name, exact: true }).click();
  }

  it('says where there are none what to do about it', async () => {
    await alice.page.getByRole('heading', { name: '镜像服务', level: 1 }).waitFor();
    await alice.page.getByRole('tabpanel').getByRole('link', { name: '创建私有镜像' }).waitFor();
    await tab(alice, '共享镜像');
    await alice.page.getByRole('link', { name: '打开共享收件箱' }).waitFor();
    await tab(alice, '公共镜像');
    await tab(alice, '私有镜像');
    expect(await alice.barriersInAnyLight()).toEqual([]);
  });

  it('shows an image as soon as it is made, and what it is, without a reload', async () => {
    await sharing.activeImage('web');
    await alice.image('web').getByText('正常', { exact: true }).waitFor();
    await alice.image('web').getByRole('link', { name: '申请云主机' }).waitFor();
  });

  it('finds images by a part of their names, and keeps that over a reload', async () => {
    await sut.alice.ask('POST', '/v2/images', { name: 'database' });
    await alice.image('database').waitFor();
    await alice.page.getByRole('searchbox', { name: '搜索镜像名称或 ID' }).fill('ABAS');
    await alice.page.keyboard.press('Enter');
    await alice.image('web').waitFor({ state: 'detached' });
    await alice.page.reload();
    await alice.image('database').waitFor();
    expect(await alice.image('web').count()).toBe(0);
    await alice.page.getByRole('button', { name: '清除筛选' }).click();
    await alice.image('web').waitFor();
  });

  it('修改: changes what its owner says of an image', async () => {
    await alice.more('web', '修改');
    await alice.dialog.getByLabel('镜像名称').fill('full_image');
    await alice.dialog.getByLabel('描述').fill('给所有人的镜像');
    await alice.dialog.getByRole('checkbox', { name: /防删除保护/ }).check();
    expect(await alice.barriersInAnyLight()).toEqual([]);
    await alice.dialog.getByRole('button', { name: '确定' }).click();
    await alice.sees('镜像“full_image”已修改。');
    await alice.image('full_image').waitFor();
  });

  it('共享: answers each project id between the commas, and the other window hears of it at once', async () => {
    expect(await bob.page.locator('[data-pending]').count()).toBe(0);
    await alice.more('full_image', '共享');
    await alice.sees('镜像可共享租户配额为10，该镜像可以共享给10个租户');
    const [mine, his] = [sut.alice, sut.bob].map(({ user }) => user.project_id);
    await alice.dialog.getByLabel('项目ID').fill(`${his ?? ''}, ${mine ?? ''}`);
    await alice.dialog.getByRole('button', { name: '确定' }).click();
    await alice.dialog
      .locator('[data-result="done"]')
      .getByText(his ?? '')
      .waitFor();
    const refused = alice.dialog.locator('[data-result="share.own_project"]');
    await refused.getByText('处理建议').waitFor();
    expect(await alice.dialog.getByLabel('项目ID').inputValue()).toBe(mine); // what is to be mended
    expect(await alice.barriersInAnyLight()).toEqual([]);
    await alice.page.keyboard.press('Escape');
    await bob.page.locator('[data-pending="1"]').waitFor();
  });

  it('共享: says beforehand which secrets the files of an image hold', async () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIE\n';
    const id = await sharing.imageOf('careless', 'raw', systemDisk({ 'root/.ssh/id_rsa': key }));
    await scanned(sut.alice, id);
    await alice.more('careless', '共享');
    await alice.dialog.getByRole('alert').getByText('/root/.ssh/id_rsa').waitFor();
    expect(await alice.barriersInAnyLight()).toEqual([]);
    await alice.page.keyboard.press('Escape');
    await sut.alice.delete(id);
  });

  it('接受: what is accepted is among the shared images, and its owner sees the answer', async () => {
    await bob.goTo('共享收件箱');
    await bob.page.getByRole('button', { name: '接受 full_image' }).waitFor();
    expect(await bob.barriersInAnyLight()).toEqual([]);
    await alice.image('full_image').getByRole('link', { name: 'full_image', exact: true }).click();
    await tab(alice, '共享成员');
    await alice.page.getByRole('cell', { name: '待接受' }).waitFor();
    await bob.page.getByRole('button', { name: '接受 full_image' }).click();
    await bob.page.locator('[data-pending]').waitFor({ state: 'detached' });
    await alice.page.getByRole('cell', { name: '已接受' }).waitFor();
    await tab(bob, '已接受');
    await bob.page.getByRole('button', { name: '拒绝 full_image' }).click();
    await alice.page.getByRole('cell', { name: '已拒绝' }).waitFor();
    await tab(bob, '已拒绝');
    await bob.page.getByRole('button', { name: '接受 full_image' }).click(); // and another change of mind
    await alice.page.getByRole('cell', { name: '已接受' }).waitFor();
    await bob.goTo('镜像服务');
    await tab(bob, '共享镜像');
    await bob.image('full_image').waitFor();
    expect(await bob.image('full_image').getByRole('button', { name: '更多' }).count()).toBe(0); // it is not his
  });

  it('shows all that is known of an image to everybody, by key too', async () => {
    const views = ['概要', '就绪检查', '启动验证', '来源关系', '共享成员', '任务', '事件', '用量'];
    await tab(alice, '概要');
    await alice.page.getByRole('tab', { name: '概要' }).focus();
    await alice.page.keyboard.press('ArrowRight');
    await alice.page.keyboard.press('Enter');
    await alice.page.getByRole('tab', { name: '就绪检查', selected: true }).waitFor();
    const faults: string[] = [];
    for (const view of views) {
      await tab(alice, view);
      await alice.page.getByRole('tab', { name: view, selected: true }).waitFor();
      if (!EVERY_CASE && view !== '概要') continue;
      faults.push(...(await alice.barriersInAnyLight()).map((barrier) => `${view}: ${barrier}`));
    }
    expect(faults).toEqual([]);
    await tab(alice, '概要');
    await alice.sees('给所有人的镜像');
    await tab(alice, '事件');
    await alice.page.getByText('ImageShareAccepted').first().waitFor();
  });

  it('删除: says in the gateway’s own words why not, and what to do', async () => {
    await alice.page.getByRole('button', { name: '删除' }).click();
    await alice.dialog.getByText('删除镜像“full_image”？').waitFor();
    await alice.dialog.getByRole('button', { name: '删除' }).click();
    await alice.dialog.getByText('image.protected').waitFor();
    await alice.dialog.getByText('处理建议').waitFor();
    await alice.dialog.getByRole('button', { name: '取消' }).click();
    await alice.dialog.waitFor({ state: 'detached' });
  });

  it('导出: the image is a file in the bucket that is chosen', async () => {
    await alice.page.getByRole('button', { name: '导出' }).click();
    await alice.dialog.getByLabel('镜像格式').click();
    await alice.page.getByRole('option', { name: 'RAW' }).waitFor({ state: 'attached' });
    await alice.page.locator('.ant-select-item-option').getByText('RAW', { exact: true }).click();
    await alice.dialog.getByLabel('对象名').fill('exported.raw');
    await alice.dialog.getByRole('button', { name: '导出' }).click();
    await alice.sees('导出任务已提交');
    await tab(alice, '任务');
    const job = alice.page.locator('tr[data-job][data-state="succeeded"]').filter({ hasText: '导出' });
    await job.waitFor();
    expect((await sut.alice.bucket.get('exported.raw')).length).toBeGreaterThan(0);
  });

  it('复制: there is another image of the same', async () => {
    await alice.page.getByRole('button', { name: '复制' }).click();
    await alice.dialog.getByLabel('新镜像名称').fill('full_image_2');
    const here = new URL(alice.page.url()).pathname.split('/')[2] ?? '';
    await alice.dialog.getByLabel('目标节点').click();
    await alice.page.locator('.ant-select-item-option').getByText(here, { exact: true }).click();
    await alice.dialog.getByRole('button', { name: '复制' }).click();
    await alice.sees('复制任务已提交');
    await alice.page.getByRole('link', { name: '返回镜像列表' }).click();
    await alice.image('full_image_2').getByText('正常', { exact: true }).waitFor();
  });

  it('停用, 启用: asks before it takes an image out of use, and not before it gives it back', async () => {
    await alice.more('full_image_2', '停用');
    await alice.dialog.getByText('停用镜像“full_image_2”？').waitFor();
    await alice.dialog.getByRole('button', { name: '停用' }).click();
    await alice.image('full_image_2').getByText('已停用', { exact: true }).waitFor();
    await alice.image('full_image_2').getByRole('button', { name: '更多' }).click();
    await alice.page.getByRole('menuitem', { name: '启用' }).click();
    await alice.image('full_image_2').getByText('正常', { exact: true }).waitFor();
  });

  it('取消共享: who had the image sees that it is gone', async () => {
    await alice.more('full_image', '共享');
    await tab(alice, '取消共享');
    await alice.dialog.getByRole('checkbox').check();
    await alice.dialog.getByRole('button', { name: '取消共享（1）' }).click();
    await alice.sees('该镜像还没有共享给任何项目。');
    await bob.image('full_image').waitFor({ state: 'detached' });
    await alice.page.keyboard.press('Escape');
  });

  it('删除: names who loses the image, and they are told', async () => {
    const [image] = (await sut.alice.ownImages()).filter(({ name }) => name === 'full_image_2');
    await sharing.share(image?.id ?? '', [sut.bob.user.project_id]);
    await alice.more('full_image_2', '删除');
    await alice.dialog.getByText(sut.bob.user.project_id).waitFor();
    await alice.sees('以下 1 个项目会同时失去该镜像');
    expect(await alice.barriersInAnyLight()).toEqual([]);
    await alice.dialog.getByRole('button', { name: '删除' }).click();
    await alice.sees('镜像“full_image_2”已删除，1 个项目同时失去该镜像。');
    await alice.image('full_image_2').waitFor({ state: 'detached' });
    await bob.goTo('共享收件箱');
    await tab(bob, '已结束');
    await bob.page
      .getByRole('row', { name: /full_image_2/ })
      .getByText('镜像已被共享者删除')
      .waitFor();
  });

  it('shows nothing of an image to whom it is not shared', async () => {
    const [image] = (await sut.alice.ownImages()).filter(({ name }) => name === 'database');
    const [, base, region] = new URL(bob.page.url()).pathname.split('/');
    await bob.page.goto(`${sut.system.gateway}/${base ?? ''}/${region ?? ''}/images/${image?.id ?? ''}`);
    await bob.sees('image.not_found');
  });

  it('never tried what its policy forbids, and nothing broke in it', async () => {
    await eventually(() => {
      expect([...alice.faults, ...bob.faults]).toEqual([]);
    });
  });
});
