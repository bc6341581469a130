import type { InstallationUser } from '@imago/system';
import { EVERY_CASE } from '@imago/testing';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

/** What the console calls things, in both of its languages. */
export const ZH = { name: '用户名', password: '密码', project: '项目名称', signIn: '登录' } as const;
export const EN = { name: 'User name', password: 'Password', project: 'Project name', signIn: 'Sign in' } as const;

/** Somebody in front of the console: does what hands do, sees what eyes see. */
export class ConsolePage {
  readonly page: Page;
  /** What the page may not do and tried, and what broke in it. */
  readonly faults: string[] = [];
  /** How often it has begun to follow the events. */
  streams = 0;

  private constructor(page: Page) {
    this.page = page;
    page.on('request', (request) => {
      if (new URL(request.url()).pathname.endsWith('/v1/events')) this.streams += 1;
    });
    page.on('pageerror', (error) => this.faults.push(String(error)));
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to|Warning:/.test(message.text())) this.faults.push(message.text());
    });
  }

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<ConsolePage> {
    const context = await browser.newContext({
      viewport: { width: 1500, height: 900 },
      locale: 'zh-CN',
      reducedMotion: 'reduce',
      ...options,
    });
    const opened = new ConsolePage(await context.newPage());
    await opened.page.goto(url);
    return opened;
  }

  async signIn({ name, password, project }: InstallationUser, words: typeof ZH | typeof EN = ZH): Promise<void> {
    await this.page.getByLabel(words.name, { exact: true }).fill(name);
    await this.page.getByLabel(words.password, { exact: true }).fill(password);
    await this.page.getByLabel(words.project, { exact: true }).fill(project);
    await this.page.keyboard.press('Enter');
  }

  /** To another page, by the menu; answers when its head is there. */
  async go(name: string): Promise<void> {
    await this.page.locator('.main-menu').getByRole('link', { name, exact: true }).click();
    await this.page.locator('.main-menu [aria-current="page"]').getByText(name, { exact: true }).waitFor();
    await this.page.locator('main h1').waitFor();
  }

  /** Presses a button of the dialog that asks this. */
  async answer(question: RegExp, verb: string): Promise<void> {
    await this.page.getByRole('dialog', { name: question }).getByRole('button', { name: verb, exact: true }).click();
  }

  /** Answers when it is there to be seen. */
  sees(text: string): Promise<void> {
    return this.page.getByText(text).first().waitFor();
  }

  events(of: { readonly type?: string; readonly subject?: string } = {}): Locator {
    const type = of.type === undefined ? '[data-event]' : `[data-event="${of.type}"]`;
    return this.page.locator(of.subject === undefined ? type : `${type}[data-subject="${of.subject}"]`);
  }

  /** Of the events that are shown, the newest first. */
  eventIds(): Promise<string[]> {
    return this.page.evaluate(`[...document.querySelectorAll('[data-event-id]')].map((each) => each.dataset.eventId)`);
  }

  job(id: string, state?: string): Locator {
    return this.page.locator(`tr[data-job="${id}"]${state === undefined ? '' : `[data-state="${state}"]`}`);
  }

  /** Answers when the feed follows what happens. */
  live(): Promise<void> {
    return this.page.locator('[data-status="live"]').waitFor();
  }

  /** What is open, to be filled in or answered. */
  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  /** The line of an image in a list. */
  image(name: string): Locator {
    return this.page.locator('tr[data-image]').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** Chooses something behind 更多 in the line of an image. */
  async more(name: string, action: string): Promise<void> {
    await this.image(name).getByRole('button', { name: '更多' }).click();
    await this.page.getByRole('menuitem', { name: action, exact: true }).click();
    await this.dialog.waitFor();
  }

  /** Goes where an entry of the menu leads. */
  async goTo(entry: string): Promise<void> {
    await this.page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: entry }).click();
    await this.page.getByRole('heading', { name: entry, level: 1 }).waitFor();
  }

  /** The same as {@link barriers}, of what is shown now; in every case, in light and in dark. */
  async barriersInAnyLight(): Promise<readonly string[]> {
    if (!EVERY_CASE) return this.barriers();
    const found: string[] = [];
    for (const colorScheme of ['dark', 'light'] as const) {
      await this.page.emulateMedia({ colorScheme });
      await this.page.locator(`html[data-appearance="${colorScheme}"]`).waitFor();
      found.push(...(await this.barriers()).map((barrier) => `${colorScheme}: ${barrier}`));
    }
    return found;
  }

  /** What keeps people with disabilities out, by the rules that axe knows, serious faults alone. */
  async barriers(): Promise<readonly string[]> {
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate<{ violations: Violation[] }>('axe.run()');
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, help, nodes }) =>
          `${id}: ${help}: ${nodes.map(({ html, any }) => `${html.slice(0, 200)} ${any[0]?.message ?? ''}`).join(' | ')}`,
      );
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly any: readonly { readonly message: string }[] }[];
}
