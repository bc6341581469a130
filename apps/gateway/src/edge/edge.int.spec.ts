import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, startGateway } from '../../test/gateway-under-test.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway.close();
});

describe('the image API’s versions', () => {
  it.each([
    ['/', 300, ''],
    ['/versions', 200, ''],
    ['/v2', 200, ''],
    ['/v2/', 200, ''],
    ['/regions/region-2', 300, '/regions/region-2'],
    ['/regions/region-2/', 300, '/regions/region-2'],
    ['/regions/region-2/versions', 200, '/regions/region-2'],
  ])('at %s answer %d with links behind %j', async (path, status, prefix) => {
    const response = await gateway.ask(path);
    expect(response.status).toBe(status);
    const { versions } = (await response.json()) as { versions: unknown[] };
    expect(versions[0]).toEqual({
      id: 'v2.15',
      status: 'CURRENT',
      links: [{ rel: 'self', href: `${gateway.base}${prefix}/v2/` }],
    });
  });
});

describe('a region', () => {
  it.each(['/regions/region-9/v2/images', '/regions//v2/images', '/regions/REGION-1/v2/images', '/regions/region-1x'])(
    'that is not there is not found: %s',
    async (path) => {
      expect((await gateway.ask(path, 'alice')).status).toBe(404);
    },
  );

  it('is no way around the token', async () => {
    expect((await gateway.ask('/regions/region-2/v1/jobs')).status).toBe(401);
    expect((await gateway.ask('/regions/region-2/regions/region-2/health/live')).status).toBe(401);
  });
});

describe('a path', () => {
  it('that is not there is 404 in the form of its API', async () => {
    const ours = await gateway.ask('/v1/nothing', 'alice');
    expect(ours.status).toBe(404);
    expect(ours.headers.get('content-type')).toContain('application/problem+json');
    await expect(ours.json()).resolves.toMatchObject({ code: 'request.not_found', status: 404 });
    const glance = await gateway.ask('/v2/nothing', 'alice');
    expect(glance.status).toBe(404);
    expect(await glance.text()).toContain('<h1>404 Not Found</h1>');
    const keystone = await gateway.ask('/v3/nothing', 'alice');
    await expect(keystone.json()).resolves.toMatchObject({ error: { code: 404, title: 'Not Found' } });
  });

  it('that has not this method is 405 and names those it has', async () => {
    const response = await gateway.ask('/v1/jobs', 'alice', { method: 'PUT' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET');
    expect((await gateway.ask('/v2/images', 'alice', { method: 'DELETE' })).status).toBe(405);
  });
});

describe('the description of the API', () => {
  it('names every route there is, and is there for everybody', async () => {
    const response = await gateway.ask('/v1/openapi.json');
    expect(response.status).toBe(200);
    const { paths } = (await response.json()) as { paths: Record<string, Record<string, object>> };
    const described = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(described.sort()).toEqual([...gateway.routes].sort());
  });
});

describe('what is served', () => {
  /** Discovery, logging in, what machines ask of the process, and what a link opens. */
  const open = [
    'GET /',
    'GET /versions',
    'GET /v2',
    'GET /v3',
    'POST /v3/auth/tokens',
    'GET /identity',
    'GET /identity/v3',
    'POST /identity/v3/auth/tokens',
    'GET /v1/openapi.json',
    'GET /v1/downloads/:image_id',
    'GET /health/live',
    'GET /health/ready',
    'GET /metrics',
  ];

  it('needs a token everywhere else, whatever route there is', async () => {
    expect(gateway.routes).toEqual(expect.arrayContaining([...open, 'GET /v2/images', 'POST /v1/imports']));
    const answered: string[] = [];
    for (const route of gateway.routes) {
      const [method = '', pattern = ''] = route.split(' ');
      const path = pattern.replaceAll(/:\w+/g, '0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3');
      for (const prefix of ['', '/regions/region-2']) {
        const response = await gateway.ask(prefix + path, null, { method });
        await response.arrayBuffer();
        if (response.status !== 401) answered.push(route);
      }
    }
    expect(answered.sort()).toEqual([...open, ...open].sort());
  });

  it.each([
    ['/v1/jobs/0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3/cancel', 'POST'],
    ['/v1/servers/0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3/start', 'POST'],
    ['/v1/images/0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3/flatten', 'POST'],
    ['/v1/operator/projects/p-a/buckets/bucket-1', 'PUT'],
  ])('takes no field it does not know, also where it needs none: %s', async (path, method) => {
    const headers = { 'content-type': 'application/json' };
    const response = await gateway.ask(path, 'operator', { method, headers, body: '{"reason":"x","force":true}' });
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { path: string }[] };
    expect(errors.map((each) => each.path)).toEqual(['reason', 'force']);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream', ''])(
    'takes no body of the type %j where it wants JSON',
    async (type) => {
      const body = new TextEncoder().encode('{"name":"web-1"}');
      const init = { method: 'POST', headers: { 'content-type': type }, body };
      const response = await gateway.ask('/v1/imports', 'alice', init);
      expect(response.status).toBe(415);
      await expect(response.json()).resolves.toMatchObject({ code: 'request.media_type' });
    },
  );

  it('is kept by no cache for anybody else', async () => {
    const response = await gateway.ask('/v2/images', 'alice');
    expect(response.headers.get('cache-control')).toBe('private, no-cache');
    expect(response.headers.get('vary')).toContain('X-Auth-Token');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('an id in a path', () => {
  const hostile = [
    'web-1',
    '%00',
    '%ff',
    '%E0%A4%A',
    '..',
    '.%2e',
    '..%2f..%2fjobs',
    '%2e%2e%5c',
    "'%20OR%201=1--",
    '%F0%9F%98%80',
    '0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3%00',
    '0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3%0a',
    '0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c',
    'x'.repeat(8_000),
    '__proto__',
  ];

  it.each(hostile)('that is %j names nothing', async (id) => {
    const routes = gateway.routes.filter((route) => /:(image|job|server)_id/.test(route));
    expect(routes.length).toBeGreaterThan(12);
    for (const route of routes) {
      const [method = '', pattern = ''] = route.split(' ');
      const response = await gateway.askRaw(method, pattern.replace(/:\w+/, id), 'alice');
      expect([400, 404, 415]).toContain(response.status); // a body of a type of its own comes first
    }
  });
});

describe('a refusal under /v2', () => {
  const path = '/v2/images?%3Cb%3E=1&%3Cb%3E=2';

  it.each([
    [
      '*/*',
      'text/html',
      '<h1>400 Bad Request</h1>\n  The request has missing, wrong or unknown fields. &lt;b&gt;: must',
    ],
    ['text/html', 'text/html', '<h1>400 Bad Request</h1>'],
    ['text/plain', 'text/plain', '400 Bad Request: The request has missing, wrong or unknown fields. <b>: must be'],
    ['application/json', 'application/json', '"message":"The request has missing, wrong or unknown fields. <b>: must'],
  ])('for %s is %s', async (accept, type, text) => {
    const response = await gateway.ask(path, 'alice', { headers: { accept } });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain(type);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toContain(text);
  });
});

describe('a fault in a query under /v2', () => {
  it('names the field in the text', async () => {
    const response = await gateway.ask('/v2/images?limit=ten&name=a&name=b', 'alice');
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('limit: must be a whole number. name: must be given once.');
  });
});

describe('what a client sends', () => {
  it('is refused when its headers are larger than anybody needs', async () => {
    const response = await gateway.ask('/v2/images', 'alice', { headers: { 'x-large': 'x'.repeat(20_000) } });
    expect(response.status).toBe(431);
  });

  it('is refused when its body is larger than anybody needs', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(300_000) });
    const headers = { 'content-type': 'application/json' };
    const response = await gateway.ask('/v1/imports', 'alice', { method: 'POST', headers, body });
    expect(response.status).toBe(413);
    await expect(response.json()).resolves.toMatchObject({ code: 'request.too_large' });
  });
});
