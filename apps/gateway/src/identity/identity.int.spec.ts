import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, type Person, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway.close();
});

async function logIn(body: object, path = '/v3/auth/tokens'): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return gateway.ask(path, null, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function tokenOf(person: Person): Promise<string> {
  return (await logIn(gateway.login(person))).headers.get('x-subject-token') ?? '';
}

describe("Keystone's discovery", () => {
  it.each(['/v3', '/v3/', '/regions/region-2/v3'])('finds version 3 at %s', async (path) => {
    const response = await gateway.ask(path);
    expect(response.status).toBe(200);
    const { version } = await readJson(response);
    expect(version).toMatchObject({
      id: 'v3.14',
      status: 'stable',
      links: [{ rel: 'self', href: `${gateway.base}/v3/` }],
    });
  });

  it('finds it behind a prefix of its own too', async () => {
    const list = await gateway.ask('/identity');
    expect(list.status).toBe(300);
    expect((await readJson(list)).versions.values[0].links[0].href).toBe(`${gateway.base}/identity/v3/`);
    expect((await readJson(await gateway.ask('/identity/v3'))).version.links[0].href).toBe(
      `${gateway.base}/identity/v3/`,
    );
    expect((await logIn(gateway.login('alice'), '/identity/v3/auth/tokens')).status).toBe(201);
  });
});

describe('a log-in', () => {
  it('answers the token as Keystone does, with one image endpoint per region', async () => {
    const response = await logIn(gateway.login('alice'));
    expect(response.status).toBe(201);
    expect(response.headers.get('x-subject-token')).toMatch(/^[A-Za-z0-9._-]+$/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { token } = await readJson(response);
    expect(token).toMatchObject({
      methods: ['password'],
      user: { id: 'u-alice', name: 'alice', domain: { id: 'default', name: 'Default' } },
      project: { id: 'p-a', name: 'project p-a', domain: { id: 'default' } },
      roles: [
        { id: 'member', name: 'member' },
        { id: 'reader', name: 'reader' },
      ],
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    });
    const image = token.catalog.find((entry: { type: string }) => entry.type === 'image');
    const open = image.endpoints.filter((endpoint: { interface: string }) => endpoint.interface === 'public');
    expect(open.map(({ region_id, url }: { region_id: string; url: string }) => [region_id, url])).toEqual([
      ['region-1', `${gateway.base}/regions/region-1`],
      ['region-2', `${gateway.base}/regions/region-2`],
    ]);
    const ids = token.catalog.flatMap((entry: { endpoints: { id: string }[] }) => entry.endpoints.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('leaves the catalog out on demand', async () => {
    expect((await readJson(await logIn(gateway.login('alice'), '/v3/auth/tokens?nocatalog'))).token).not.toHaveProperty(
      'catalog',
    );
  });

  it('is refused with 401, in a form the client shows, and says how to authenticate', async () => {
    const body = {
      auth: { identity: { methods: ['password'], password: { user: { id: 'u-alice', password: 'wrong' } } } },
    };
    const response = await logIn(body);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(`Keystone uri="${gateway.base}/v3"`);
    await expect(readJson(response)).resolves.toEqual({
      error: { code: 401, title: 'Unauthorized', message: 'The user, the password or the project is not right.' },
    });
  });

  it('is invalid without what it needs, and tells no value', async () => {
    const response = await logIn({
      auth: { identity: { methods: ['password'], password: { user: { password: 'secret' } } } },
    });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('secret');
  });

  it('leaves neither password nor token in the log', async () => {
    const token = await tokenOf('alice');
    await gateway.ask('/v2/images', 'alice').then((response) => response.text());
    const log = gateway.logLines.join('');
    expect(log).toContain('/v3/auth/tokens');
    expect(log).not.toContain('password of alice');
    expect(log).not.toContain(token);
  });
});

describe('a token', () => {
  it('is shown to its own user and to operators, to nobody else', async () => {
    const subject = { headers: { 'x-subject-token': await tokenOf('alice') } };
    for (const person of ['alice', 'operator'] as const) {
      const response = await gateway.ask('/v3/auth/tokens', person, subject);
      expect(response.status).toBe(200);
      expect((await readJson(response)).token.user.name).toBe('alice');
    }
    expect((await gateway.ask('/v3/auth/tokens', 'bob', subject)).status).toBe(404);
    expect((await gateway.ask('/v3/auth/tokens', null, subject)).status).toBe(401);
    const head = await gateway.ask('/v3/auth/tokens', 'alice', { ...subject, method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('is not found when it is worth nothing', async () => {
    const response = await gateway.ask('/v3/auth/tokens', 'alice', { headers: { 'x-subject-token': 'made.up' } });
    expect(response.status).toBe(404);
  });

  it('is worth nothing after it was given up', async () => {
    const token = await tokenOf('bob');
    const headers = { 'x-auth-token': token, 'x-subject-token': token };
    expect((await gateway.ask('/v3/auth/tokens', null, { headers, method: 'DELETE' })).status).toBe(204);
    expect((await gateway.ask('/v3/auth/projects', null, { headers })).status).toBe(401);
  });

  it('lets its user see the project and the catalog it is for', async () => {
    const { projects } = await readJson(await gateway.ask('/v3/auth/projects', 'alice'));
    expect(projects).toEqual([
      expect.objectContaining({ id: 'p-a', name: 'project p-a', domain_id: 'default', enabled: true }),
    ]);
    const { catalog } = await readJson(await gateway.ask('/v3/auth/catalog', 'alice'));
    expect(catalog.map((entry: { type: string }) => entry.type)).toEqual(['image', 'identity']);
  });

  it('is accepted as a bearer too', async () => {
    const headers = { authorization: `Bearer ${await tokenOf('alice')}` };
    expect((await gateway.ask('/v3/auth/projects', null, { headers })).status).toBe(200);
  });
});

describe('a token that proves nothing', () => {
  const forged = (token: string, change: (claims: Record<string, unknown>) => object): string => {
    const [payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    return `${Buffer.from(JSON.stringify(change(claims))).toString('base64url')}.${signature}`;
  };

  it.each<[string, () => Promise<string>]>([
    ['has expired', () => gateway.tokenMade('alice', { token_ttl: -1 })],
    ['expires in this moment', () => gateway.tokenMade('alice', { token_ttl: 0 })],
    ['is of another installation', () => gateway.tokenMade('alice', { token_key: 'ab'.repeat(32) })],
    [
      'was made for another user',
      async () => forged(await tokenOf('alice'), (claims) => ({ ...claims, user_id: 'u-operator' })),
    ],
    [
      'was made to live longer',
      async () => forged(await tokenOf('alice'), (claims) => ({ ...claims, expires_at: 4e12 })),
    ],
    ['was signed for another purpose', () => Promise.resolve(gateway.signedContext())],
    ['lost its end', async () => (await tokenOf('alice')).slice(0, -1)],
    ['has no signature', async () => `${(await tokenOf('alice')).split('.')[0] ?? ''}.`],
    ['has two', async () => `${await tokenOf('alice')}.x`],
  ])('is told nothing but that, as token, as bearer and as what is looked at: it %s', async (_fault, make) => {
    const token = await make();
    const good = await gateway.tokenOf('alice');
    for (const headers of [{ 'x-auth-token': token }, { authorization: `Bearer ${token}` }]) {
      const response = await gateway.ask('/v2/images', null, { headers });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe(`Keystone uri="${gateway.base}/v3"`);
      expect(response.headers.get('x-imago-error-code')).toBe('auth.invalid_token');
    }
    const looked = { headers: { 'x-auth-token': good, 'x-subject-token': token } };
    expect((await gateway.ask('/v3/auth/tokens', null, looked)).status).toBe(404);
    const used = await logIn({ auth: { identity: { methods: ['token'], token: { id: token } } } });
    expect(used.status).toBe(401);
  });

  it('gets nobody into a project that is not theirs', async () => {
    const scope = { project: { id: 'p-b' } };
    const { auth } = gateway.login('alice') as { auth: object };
    expect((await logIn({ auth: { ...auth, scope } })).status).toBe(401);
  });
});

describe('looking projects up', () => {
  it.each(['/v3/projects/p-a', '/v3/projects?name=project%20p-a', '/identity/v3/projects/p-a'])(
    'finds one’s own: %s',
    async (path) => {
      const text = await (await gateway.ask(path, 'alice')).text();
      expect(text).toContain('"id":"p-a"');
    },
  );

  it.each(['/v3/projects', '/v3/projects/p-b', '/v3/projects/none', '/v3/projects?name=project%20p-b'])(
    'tells of no other, whether there is one or not: %s',
    async (path) => {
      const response = await gateway.ask(path, 'operator');
      expect(response.status).toBe(403);
      await expect(response.json()).resolves.toMatchObject({ error: { code: 403, title: 'Forbidden' } });
    },
  );
});

describe('without a good token', () => {
  const closed = [
    'GET /v2/images',
    'GET /v2/images/0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3',
    'GET /v2/images/0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3/file',
    'DELETE /v2/images/0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3',
    'POST /v1/imports',
    'GET /v1/jobs',
    'POST /v1/jobs/0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3/cancel',
    'GET /v1/quotas',
    'GET /v1/buckets',
    'PUT /v1/operator/projects/p-a/buckets/bucket-1',
    'GET /v3/auth/projects',
    'GET /v3/projects/p-a',
    'GET /regions/region-2/v2/images',
    'GET /v2/images/../../v1/jobs',
    'GET /not/there',
  ];

  it.each(closed)('%s is 401', async (call) => {
    const [method = '', path = ''] = call.split(' ');
    for (const token of [undefined, '', 'made.up', 'a.b.c']) {
      const headers: Record<string, string> = token === undefined ? {} : { 'x-auth-token': token };
      const response = await gateway.ask(path, null, { method, headers });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('Keystone uri=');
      expect(response.headers.get('x-openstack-request-id')).toMatch(/^req-/);
    }
  });
});
