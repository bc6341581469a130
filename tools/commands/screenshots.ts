import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_CACHE, provideChromium } from '@imago/infra';
import type { InstallationUser } from '@imago/system';
import { type Browser, chromium } from 'playwright-core';
import { runningInstallation } from './run-file.ts';
import { complain } from './steps.ts';

// npm run screenshots: the pictures of the README, taken of the running installation's console.

/** Whose page, and the name of its picture. */
const PICTURES = [
  { name: 'images', user: 'alice', path: '/images', ready: '.ant-table-row' },
  { name: 'usage', user: 'alice', path: '/usage', ready: '.chart canvas' },
  { name: 'board', user: 'operator', path: '/operator/board', ready: 'tr[data-service]' },
] as const;

const DIRECTORY = join(import.meta.dirname, '../../docs/screenshots');
/** Milliseconds the browser may take to be fetched. */
const FETCH = 300_000;
const SWITCHES = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

try {
  const { gateway, users } = await runningInstallation();
  const cache = { directory: PACKAGE_CACHE, signal: AbortSignal.timeout(FETCH), report: () => undefined };
  const executablePath = await provideChromium({ cache, forcePrivate: false });
  await mkdir(DIRECTORY, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: SWITCHES });
  try {
    for (const picture of PICTURES) {
      const user = users.find(({ name }) => name === picture.user);
      if (user === undefined) throw new Error(`There is no user ${picture.user}.`);
      const path = join(DIRECTORY, `${picture.name}.png`);
      await take(browser, { ...picture, gateway, user, file: path });
      console.log(path);
    }
  } finally {
    await browser.close();
  }
} catch (error) {
  complain(error);
  process.exit(1);
}

interface Picture {
  readonly gateway: string;
  readonly user: InstallationUser;
  /** Below the region. */
  readonly path: string;
  /** What is there when the page is whole. */
  readonly ready: string;
  readonly file: string;
}

/** In English, since not every machine has the letters of Chinese; small, since it is kept with the code. */
async function take(browser: Browser, { gateway, user, path, ready, file }: Picture): Promise<void> {
  const viewport = { width: 1280, height: 800 };
  const context = await browser.newContext({ viewport, locale: 'en', reducedMotion: 'reduce', colorScheme: 'light' });
  const page = await context.newPage();
  await page.goto(`${gateway}/console/`);
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByLabel('User name', { exact: true }).fill(user.name);
  await page.getByLabel('Password', { exact: true }).fill(user.password);
  await page.getByLabel('Project name', { exact: true }).fill(user.project);
  await page.keyboard.press('Enter');
  await page.locator('.main-menu').waitFor();
  const [, region = ''] = new URL(page.url()).pathname.replace('/console', '').split('/');
  await page.goto(`${gateway}/console/${region}${path}`);
  await page.locator(ready).first().waitFor();
  await page.locator('[data-status="live"]').waitFor();
  await page.screenshot({ path: file });
  await context.close();
}
