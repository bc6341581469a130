import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CONSOLE = join(import.meta.dirname, '..');
const VITE = join(CONSOLE, '../../node_modules/vite/bin/vite.js');

/** Bytes of compressed scripts a browser may have to load until an operator sees the board. */
const MOST = 400 * 1024;

describe('the built console', () => {
  let directory: string;
  let assets: readonly string[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'imago-console-build-'));
    // A process of its own: the environment of tests would make it another build.
    const env = { NODE_ENV: 'production' };
    await promisify(execFile)(process.execPath, [VITE, 'build', CONSOLE, '--outDir', directory], { env });
    assets = await readdir(join(directory, 'assets'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('is small: all of its scripts together, compressed', async () => {
    const scripts = assets.filter((name) => name.endsWith('.js.gz'));
    const sizes = await Promise.all(scripts.map(async (name) => (await stat(join(directory, 'assets', name))).size));
    const whole = sizes.reduce((sum, size) => sum + size, 0);
    expect(scripts.length).toBeGreaterThan(0);
    expect(whole).toBeGreaterThan(50 * 1024); // else it is something else that was measured
    expect(whole).toBeLessThan(MOST);
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
    expect(await readdir(directory)).toEqual(['assets', 'index.html']);
  });
});
