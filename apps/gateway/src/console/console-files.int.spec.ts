import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, startGateway } from '../../test/gateway-under-test.ts';

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const PAGE = '<!doctype html><meta property="csp-nonce" nonce="IMAGO_CSP_NONCE"><script nonce="IMAGO_CSP_NONCE">';
const SCRIPT = 'console.log("the console")';

let gateway: GatewayUnderTest;
let parent: string;
let directory: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'imago-console-'));
  directory = join(parent, 'dist');
  gateway = await startGateway({ GATEWAY_CONSOLE_DIRECTORY: directory });
});
afterAll(async () => {
  await gateway.close();
  await rm(parent, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly code?: string;
}

async function refused(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await gateway.ask(path, null, init);
  const { code } = (await response.json()) as { code: string };
  return { status: response.status, code };
}

/** As it is written: `fetch` would resolve dots. */
async function raw(path: string): Promise<string> {
  const { hostname, port } = new URL(gateway.base);
  return new Promise((done, failed) => {
    request({ hostname, port, path }, (response) => {
      text(response).then(done, failed);
    })
      .on('error', failed)
      .end();
  });
}

describe('a gateway without a console', () => {
  it('says that it is not built', async () => {
    expect(await refused('/console/')).toEqual({ status: 404, code: 'console.not_built' });
    expect(await refused('/console/assets/index.js')).toEqual({ status: 404, code: 'request.not_found' });
  });

  it('answers browsers as it answers programs', async () => {
    expect((await gateway.ask('/', null, { headers: BROWSER })).status).toBe(300);
  });
});

describe('a console', () => {
  beforeAll(async () => {
    await mkdir(join(directory, 'assets'), { recursive: true });
    await writeFile(join(directory, 'index.html'), PAGE);
    await writeFile(join(directory, '.built-from'), 'a secret');
    await writeFile(join(directory, 'assets/index-1a2b.js'), SCRIPT);
    await writeFile(join(directory, 'assets/index-1a2b.js.gz'), gzipSync(SCRIPT));
    await writeFile(join(directory, 'assets/plain-1a2b.js'), SCRIPT);
    await writeFile(join(parent, 'secret.txt'), 'a secret');
  });

  it('that is built meanwhile is there at once, for everybody, on every path of its own', async () => {
    for (const path of ['/console/', '/console/images/1', '/console/index.html', '/console/?state=failed']) {
      const response = await gateway.ask(path);
      expect({ path, status: response.status, type: response.headers.get('content-type') }).toEqual({
        ...{ path, status: 200, type: 'text/html; charset=utf-8' },
      });
      expect(await response.text()).toContain('<!doctype html>');
    }
  });

  it('has one address', async () => {
    const response = await gateway.ask('/console');
    expect([response.status, response.headers.get('location')]).toEqual([308, '/console/']);
  });

  it('runs its own scripts alone, each page with a value of its own', async () => {
    const pages = await Promise.all([gateway.ask('/console/'), gateway.ask('/console/')]);
    const nonces = await Promise.all(
      pages.map(async (response) => {
        const policy = response.headers.get('content-security-policy') ?? '';
        const [, nonce = ''] = /'nonce-([^']{24})'/.exec(policy) ?? [];
        expect(await response.text()).toBe(PAGE.replaceAll('IMAGO_CSP_NONCE', nonce));
        expect(policy).toMatch(/^default-src 'none'; script-src 'self';/);
        expect(policy).not.toContain('unsafe');
        return nonce;
      }),
    );
    expect(new Set(nonces).size).toBe(2);
  });

  it('talks to us and to the store, and to nobody else', async () => {
    const policy = (await gateway.ask('/console/')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`connect-src 'self' ${new URL(gateway.wayToStore.endpoint).origin};`);
  });

  it('is kept by no cache, its hashed files for ever', async () => {
    expect((await gateway.ask('/console/')).headers.get('cache-control')).toBe('no-store');
    const file = await gateway.ask('/console/assets/index-1a2b.js');
    expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const again = { 'if-none-match': file.headers.get('etag') ?? '', 'cache-control': 'max-age=0' };
    expect((await gateway.ask('/console/assets/index-1a2b.js', null, { headers: again })).status).toBe(304);
  });

  it.each([
    ['/console/assets/index-1a2b.js', 'gzip, deflate, br', 'gzip'],
    ['/console/assets/index-1a2b.js', 'identity', null],
    ['/console/assets/plain-1a2b.js', 'gzip, deflate, br', null],
  ])('sends %s to who reads %s', async (path, accepted, encoding) => {
    const response = await gateway.ask(path, null, { headers: { 'accept-encoding': accepted } });
    const { headers } = response;
    expect([headers.get('content-encoding'), headers.get('vary')]).toEqual([encoding, 'Accept-Encoding']);
    expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toBe(SCRIPT);
  });

  it.each([
    '/console/assets/../../secret.txt',
    '/console/../secret.txt',
    '/console/assets/%2e%2e/%2e%2e/secret.txt',
    '/console/assets/..%2f..%2fsecret.txt',
    '/console/assets/..%5c..%5csecret.txt',
    '/console/assets//../../secret.txt',
    '/console/assets/%00',
    '/console/assets/%E0%A4%A',
    '/console/.built-from',
    '/console/assets/../.built-from',
  ])('gives away nothing beside it: %s', async (path) => {
    expect(await raw(path)).not.toContain('a secret');
  });

  it('does not take a missing file for a page', async () => {
    for (const path of ['/console/assets/index-0000.js', '/console/assets/', '/console/assets'])
      expect(await refused(path)).toEqual({ status: 404, code: 'request.not_found' });
  });

  it('is only read', async () => {
    expect(await refused('/console/', { method: 'POST' })).toEqual({ status: 405, code: 'request.method_not_allowed' });
    expect((await gateway.ask('/console/', null, { method: 'HEAD' })).status).toBe(200);
  });

  it('is where browsers are sent, and nobody else', async () => {
    const browser = await gateway.ask('/', null, { headers: BROWSER });
    expect([browser.status, browser.headers.get('location')]).toEqual([302, 'console/']);
    for (const accept of ['*/*', 'application/json', ''])
      expect((await gateway.ask('/', null, { headers: { accept } })).status).toBe(300);
  });
});
