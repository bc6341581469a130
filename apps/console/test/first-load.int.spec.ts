import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CONSOLE = join(import.meta.dirname, '..');
const VITE = join(CONSOLE, '../../node_modules/vite/bin/vite.js');

/** Bytes of compressed scripts a browser may have to load until somebody sees a page. */
const MOST = 400 * 1024;

type Manifest = Readonly<
  Record<string, { readonly file: string; readonly imports?: readonly string[]; readonly isDynamicEntry?: boolean }>
>;

/** The files of these entries and of all that they need at once. */
function scriptsOf(manifest: Manifest, names: readonly string[], seen = new Set<string>()): ReadonlySet<string> {
  for (const name of names) {
    const entry = manifest[name];
    if (entry === undefined || seen.has(entry.file)) continue;
    seen.add(entry.file);
    scriptsOf(manifest, entry.imports ?? [], seen);
  }
  return seen;
}

describe('the built console', () => {
  let directory: string;
  let assets: readonly string[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'imago-console-build-'));
    // A process of its own: the environment of tests would make it another build.
    const env = { NODE_ENV: 'production' };
    await promisify(execFile)(process.execPath, [VITE, 'build', CONSOLE, '--manifest', '--outDir', directory], { env });
    assets = await readdir(join(directory, 'assets'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('is small: what the largest page needs, compressed', async () => {
    const manifest = JSON.parse(await readFile(join(directory, '.vite/manifest.json'), 'utf8')) as Manifest;
    const pages = Object.keys(manifest).filter((name) => manifest[name]?.isDynamicEntry && name.endsWith('-page.tsx'));
    expect(pages).toContain('src/images/images-page.tsx');
    for (const page of pages) {
      const needed = [...scriptsOf(manifest, ['index.html', page])];
      const sizes = await Promise.all(needed.map(async (file) => (await stat(join(directory, `${file}.gz`))).size));
      const whole = sizes.reduce((sum, size) => sum + size, 0);
      expect({ page, whole: whole > 50 * 1024 }).toEqual({ page, whole: true }); // else it is something else
      expect({ page, small: whole < MOST }).toEqual({ page, small: true });
    }
  });

  it('has beside every script and style sheet the same compressed', async () => {
    for (const name of assets.filter((each) => /\.(js|css)$/.test(each))) {
      const [plain, compressed] = await Promise.all(
        [name, `${name}.gz`].map((each) => readFile(join(directory, 'assets', each))),
      );
      expect(plain?.equals(gunzipSync(compressed ?? ''))).toBe(true);
    }
  });

  it('runs no script and no style of the page itself, and has a hash in each name', async () => {
    const page = await readFile(join(directory, 'index.html'), 'utf8');
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style|style="|onload=/);
    expect(page).toContain('nonce="IMAGO_CSP_NONCE"');
    for (const name of assets) expect(name).toMatch(/-[\w-]{8}\.\w+(\.gz)?$/);
    expect(await readdir(directory)).toEqual(['.vite', 'assets', 'index.html']); // the first is this test's own
  });
});
