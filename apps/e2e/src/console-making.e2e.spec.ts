import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BOOT_MARKER } from '@imago/demo-image';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumHere, startBrowser } from '../test/browser.ts';
import { ConsolePage } from '../test/console-page.ts';
import { Exports } from '../test/exports.ts';
import { Host } from '../test/host.ts';
import { importDemoImage, Servers } from '../test/servers.ts';
import { systemFor } from '../test/shared-system.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';
import { expectTrueState } from '../test/true-state.ts';

const MIB = 2 ** 20;
/** Milliseconds until a guest, whose processor is emulated, has said something. */
const BOOT_TIME = 180_000;

const chromium = await chromiumHere();
const journey = chromium === null ? describe.skip : describe;

// What npm test shows of the console are the tenants' day and the operators' board.
journey('images are made and used in the console, by the words of the guide', EXHAUSTIVE, () => {
  let sut: SystemUnderTest;
  let servers: Servers;
  let browser: Browser;
  let console: ConsolePage;
  let demo: string;

  beforeAll(async () => {
    [sut, browser] = await Promise.all([systemFor('console-making'), startBrowser(chromium ?? '')]);
    servers = new Servers(sut.alice);
    demo = await importDemoImage(sut, sut.alice, 'demo');
    console = await ConsolePage.open(browser, sut.system.gateway);
    await console.signIn(sut.alice.user);
    await console.live();
  });
  afterAll(async () => {
    await browser.close();
    await sut.close();
  });

  const goTo = async (path: string): Promise<void> => {
    await console.page.goto(`${sut.system.gateway}/console/region-1${path}`);
    await console.live();
  };
  const field = (label: string | RegExp): Locator =>
    console.page.getByLabel(label, { exact: typeof label === 'string' });
  const button = (name: string): Locator => console.page.getByRole('button', { name, exact: true });
  const press = (name: string): Promise<void> => button(name).click();
  const server = (id: string, state = ''): Locator => console.page.locator(`[data-server="${id}"]${state}`);
  /** Chooses from a list that opens. */
  const choose = async (label: string, option: string | RegExp): Promise<void> => {
    await field(label).click();
    await console.page.locator('.ant-select-item-option').filter({ hasText: option }).first().click();
  };
  const noBarriers = async (): Promise<void> => {
    expect(await console.barriersInAnyLight()).toEqual([]);
  };
  /** The image of the job that is shown, once it can be used. */
  const made = async (): Promise<string> => {
    await console.page.locator('[data-job][data-state="succeeded"]').waitFor({ timeout: 120_000 });
    await console.sees('镜像已创建，状态为“正常”。');
    await console.page.getByRole('link', { name: '查看镜像' }).click();
    await console.page.waitForURL(/\/images\/[0-9a-f-]{36}$/);
    const id = new URL(console.page.url()).pathname.split('/').at(-1) ?? '';
    expect(await sut.alice.image(id)).toMatchObject({ status: 'active' });
    return id;
  };

  describe('a server', () => {
    let captured: string;

    it('§2.1: servers of an image are ordered, boot, and are read on their console', async () => {
      await goTo(`/servers/new?image=${demo}`);
      await console.page.locator('[data-system-disk="1"]').waitFor(); // as the image has it, and no field for another
      await field('云主机名称').fill('web');
      await field('数量').fill('2');
      await choose('规格', 'tiny');
      await noBarriers();
      await press('立即购买');
      await console.page.getByRole('heading', { name: '确认云主机配置' }).waitFor();
      await press('提交申请');
      await console.page.waitForURL(/\/servers$/);
      await console.page.locator('tr[data-server]').nth(1).waitFor();
      const [first, second] = await servers.list();
      for (const { id } of [first, second].filter((each) => each !== undefined)) {
        await server(id, '[data-status="running"]').waitFor({ timeout: BOOT_TIME });
      }
      await noBarriers();
      await console.page.getByRole('link', { name: 'web-1', exact: true }).click();
      await console.page.locator('.console-log').getByText(`${BOOT_MARKER} 1`).waitFor({ timeout: BOOT_TIME });
      await noBarriers();
    });

    it('§2.2: a running server is to be stopped first, is stopped right there, and becomes an image', async () => {
      const { id } = (await servers.list()).find(({ name }) => name === 'web-1') ?? { id: '' };
      await goTo('/images/new');
      await server(id).getByText('请先关机').waitFor();
      expect(await field('选择云主机 web-1').isDisabled()).toBe(true);
      await noBarriers();
      await press('关机：web-1');
      await server(id, '[data-status="stopped"]').waitFor({ timeout: BOOT_TIME });
      await field('选择云主机 web-1').check();
      await field('镜像名称').fill('web-golden');
      await press('立即创建');
      await console.page.getByRole('heading', { name: '确认镜像参数' }).waitFor();
      await press('提交申请');
      await console.sees('请先勾选“我已阅读并同意”');
      await field('我已阅读并同意').check();
      await press('提交申请');
      captured = await made();
      expect(await sut.alice.image(captured)).toMatchObject({ name: 'web-golden', source_server_name: 'web-1' });
    });

    it('更换操作系统: a stopped server gets another image, starts, and is deleted by its name', async () => {
      const { id } = (await servers.list()).find(({ name }) => name === 'web-1') ?? { id: '' };
      await goTo('/servers');
      await server(id).getByRole('button', { name: 'web-1 的更多操作' }).click();
      await console.page.getByRole('menuitem', { name: '更换操作系统' }).click();
      const dialog = console.page.getByRole('dialog', { name: '更换云主机“web-1”的操作系统' });
      await dialog.getByRole('button', { name: '更换操作系统' }).click();
      await console.sees('请选择镜像');
      await choose('镜像', 'web-golden');
      await dialog.getByRole('button', { name: '更换操作系统' }).click();
      await eventually(async () => {
        expect(await servers.show(id)).toMatchObject({ status: 'stopped', task: null, image_id: captured });
      });
      await server(id).getByText('web-golden').waitFor();
      await press('开机：web-1');
      await server(id, '[data-status="running"]').waitFor({ timeout: BOOT_TIME });
      for (const each of await servers.list()) {
        await server(each.id)
          .getByRole('button', { name: `${each.name} 的更多操作` })
          .click();
        await console.page.getByRole('menuitem', { name: '删除' }).click();
        const asked = console.page.getByRole('dialog', { name: `删除云主机“${each.name}”？` });
        await asked.getByRole('button', { name: '删除' }).click();
        await server(each.id).waitFor({ state: 'detached' });
      }
      await console.sees('当前节点还没有云主机');
      await sut.alice.delete(captured);
      await new Host(sut).becomesEmpty();
    });
  });

  it(
    '§2.4: a file is refused in the words of the preflight when it is not what it is said to be',
    EXHAUSTIVE,
    async () => {
      await sut.alice.bucket.put('disks/junk.qcow2', randomBytes(MIB));
      await goTo('/images/new?source=file');
      await press('选择文件');
      await press('选择 disks/junk.qcow2');
      expect(await field('镜像文件地址').inputValue()).toBe(`s3://${sut.alice.user.s3.bucket}/disks/junk.qcow2`);
      await choose('操作系统', 'Debian');
      await field('操作系统版本').fill('12');
      await field('系统盘大小（GB）').fill('1');
      await field('镜像名称').fill('junk');
      await noBarriers();
      await press('立即创建');
      const refused = console.page.locator('tr[data-check="format"][data-code="image.format_mismatch"]');
      await refused.waitFor();
      await console.sees('按现在的参数创建会失败，请先处理以下问题。');
      expect(await button('提交申请').isDisabled()).toBe(true);
      await noBarriers();
      await press('返回修改');
    },
  );

  it('an upload goes on after a reload in its middle, with the same file alone, and its image is equal to it', async () => {
    const path = join(sut.directory, 'up.raw');
    const bytes = randomBytes(34 * MIB);
    await writeFile(path, bytes);
    await writeFile(join(sut.directory, 'other.raw'), randomBytes(MIB));
    await goTo('/images/new?source=file');
    await field('镜像名称').fill('uploaded');
    await field('本地上传').check();
    // The last part is not let through, until the page is loaded again.
    await console.page.route(/partNumber=5&|partNumber=5$/, () => undefined);
    await field(/点击选择镜像文件/).setInputFiles(path);
    await eventually(async () => {
      const { uploads } = await sut.alice.get<{ uploads: { id: string }[] }>('/v1/uploads?state=open');
      const upload = await sut.alice.get<{ missing_parts: number[] }>(`/v1/uploads/${uploads[0]?.id}`);
      expect(upload.missing_parts).toEqual([5]);
    });
    await press('暂停');
    await console.page.locator('[data-phase="paused"]').waitFor();
    await press('继续');
    await console.page.locator('[data-phase="sending"]').waitFor();
    console.page.on('dialog', (dialog) => void dialog.accept());
    await console.page.reload();
    await console.page.unroute(/partNumber=5&|partNumber=5$/);
    const sent: number[] = [];
    console.page.on('request', (request) => {
      const part = new URL(request.url()).searchParams.get('partNumber');
      if (request.method() === 'PUT' && part !== null) sent.push(Number(part));
    });
    const goOn = async (file: string): Promise<void> => {
      const chooser = console.page.waitForEvent('filechooser');
      await Promise.all([
        chooser.then((chosen) => chosen.setFiles(join(sut.directory, file))),
        press('继续上传 up.raw'),
      ]);
    };
    await goOn('other.raw');
    await console.sees('选择的文件与“up.raw”不同');
    await console.sees('文件名不同，文件大小不同');
    await goOn('up.raw');
    await console.page.locator('[data-phase="completed"]').waitFor();
    expect(sent).toEqual([5]);
    await choose('操作系统', 'Debian');
    await field('操作系统版本').fill('12');
    await field('系统盘大小（GB）').fill('1');
    expect(await field('镜像名称').inputValue()).toBe('uploaded'); // what was filled in outlived the reload
    await press('立即创建');
    await console.page.locator('[data-preflight="accepted"]').waitFor();
    await field('我已阅读并同意').check();
    await press('提交申请');
    const id = await made();
    const disk = await fetch(await new Exports(sut.alice).link(id, 'raw'));
    expect(Buffer.from(await disk.arrayBuffer()).equals(bytes)).toBe(true);
    await sut.alice.delete(id);
    await sut.alice.delete(demo);
    await expectTrueState(sut);
  }, 240_000);

  it('never tried what its policy forbids, and nothing broke in it', () => {
    expect(console.faults).toEqual([]);
  });
});
