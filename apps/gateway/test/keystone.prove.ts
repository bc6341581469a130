import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeystoneIdentityProvider } from '@imago/identity';
import { PACKAGE_CACHE, provideKeystone, type RunningKeystone, startKeystone } from '@imago/infra';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GatewayUnderTest, startGateway } from './gateway-under-test.ts';

// A real OpenStack Keystone decides who gets into a gateway. Its packages and its database take too long for every run.

const LONG = 900_000;
const SERVICE_PASSWORD = 'password of imago';

let directory: string;
let keystone: RunningKeystone;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'imago-keystone-'));
  const signal = AbortSignal.timeout(LONG);
  const programs = await provideKeystone({ directory: PACKAGE_CACHE, signal, report: () => undefined });
  keystone = await startKeystone(programs, { directory, signal });
  await makeProjects();
  gateway = await startGateway({
    IMAGO_IDENTITY_PROVIDER: 'keystone',
    IMAGO_KEYSTONE_URL: keystone.url,
    IMAGO_KEYSTONE_PUBLIC_URL: 'https://keystone.example/v3',
    IMAGO_KEYSTONE_USERNAME: 'imago',
    IMAGO_KEYSTONE_PASSWORD: SERVICE_PASSWORD,
    IMAGO_IDENTITY_CACHE_SECONDS: '0',
  });
}, LONG);
afterAll(async () => {
  await gateway.close();
  await keystone.stop();
  await rm(directory, { recursive: true });
});

interface Made {
  readonly id: string;
}
const projects = new Map<string, string>();

/** Logs in at Keystone; without a project the token is of none. */
async function logIn(name: string, password: string, project?: string): Promise<string> {
  const user = { name, password, domain: { name: 'Default' } };
  const scope = project === undefined ? 'unscoped' : { project: { name: project, domain: { name: 'Default' } } };
  const response = await fetch(`${keystone.url}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity: { methods: ['password'], password: { user } }, scope } }),
  });
  expect(response.status).toBe(201);
  return response.headers.get('x-subject-token') ?? '';
}

/** Users of projects, and Imago's own, each made as an administrator of Keystone makes them. */
async function makeProjects(): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    'x-auth-token': await logIn('admin', keystone.password, 'admin'),
  };
  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${keystone.url}/${path}`, { method, headers, ...init });
    expect(response.ok).toBe(true);
    return response.status === 204 ? null : await response.json();
  };
  const { roles } = (await send('GET', 'roles')) as { roles: (Made & { name: string })[] };
  for (const [name, password, project, role] of [
    ['imago', SERVICE_PASSWORD, 'service', 'admin'],
    ['alice', 'password of alice', 'team-a', 'member'],
    ['rita', 'password of rita', 'team-a', 'reader'],
  ] as const) {
    if (!projects.has(project)) {
      const made = (await send('POST', 'projects', { project: { name: project } })) as { project: Made };
      projects.set(project, made.project.id);
    }
    const { user } = (await send('POST', 'users', { user: { name, password } })) as { user: Made };
    const roleId = roles.find((each) => each.name === role)?.id ?? '';
    await send('PUT', `projects/${projects.get(project) ?? ''}/users/${user.id}/roles/${roleId}`);
  }
}

const ask = (path: string, token: string): Promise<Response> =>
  gateway.ask(path, null, { headers: { 'x-auth-token': token } });

function verify(token: string): Promise<object> {
  const user = {
    name: 'imago',
    password: SERVICE_PASSWORD,
    domain: 'Default',
    project: 'service',
    project_domain: 'Default',
  };
  return new KeystoneIdentityProvider({
    url: keystone.url,
    public_url: keystone.url,
    user,
    timeout: 60_000,
    cache_seconds: 30,
    role_names: { admin: ['admin'], member: ['member'], reader: ['reader'] },
  }).verify(token);
}

it('says who its users are, for which project and with which roles', { timeout: LONG }, async () => {
  await expect(verify(await logIn('alice', 'password of alice', 'team-a'))).resolves.toMatchObject({
    user: { name: 'alice', domain: { id: 'default', name: 'Default' } },
    project: { id: projects.get('team-a'), name: 'team-a', domain: { id: 'default', name: 'Default' } },
    roles: ['member', 'reader'],
    methods: ['password'],
  });
  await expect(verify(await logIn('rita', 'password of rita', 'team-a'))).resolves.toMatchObject({ roles: ['reader'] });
  await expect(verify(await logIn('admin', keystone.password, 'admin'))).resolves.toMatchObject({
    roles: ['admin', 'member', 'reader'],
  });
});

it('opens the gateway to its tokens, as far as their roles go', { timeout: LONG }, async () => {
  const [alice, admin] = [
    await logIn('alice', 'password of alice', 'team-a'),
    await logIn('admin', keystone.password, 'admin'),
  ];
  expect((await ask('/v2/schemas/image', alice)).status).toBe(200);
  expect((await ask('/v2/info/stores/detail', alice)).status).toBe(403);
  expect((await ask('/v2/info/stores/detail', admin)).status).toBe(200);
  const unscoped = await ask('/v2/schemas/image', await logIn('alice', 'password of alice'));
  expect([unscoped.status, unscoped.headers.get('x-imago-error-code')]).toEqual([403, 'auth.no_project']);
});

it('closes it to a token that was given up, and to one that was made up', { timeout: LONG }, async () => {
  const token = await logIn('alice', 'password of alice', 'team-a');
  expect((await ask('/v2/schemas/image', token)).status).toBe(200);
  const headers = { 'x-auth-token': token, 'x-subject-token': token };
  expect((await fetch(`${keystone.url}/auth/tokens`, { method: 'DELETE', headers })).status).toBe(204);
  for (const bad of [token, 'gAAAAABmade-up', `${token}x`]) {
    const response = await ask('/v2/schemas/image', bad);
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      'Keystone uri="https://keystone.example/v3"',
    ]);
  }
});

it('is the only one to log in at', { timeout: LONG }, async () => {
  expect((await gateway.ask('/v3')).status).toBe(404);
  expect((await gateway.ask('/v3/auth/tokens', null, { method: 'POST' })).status).toBe(404);
});

it('lets nobody in when it is away', { timeout: LONG }, async () => {
  const token = await logIn('alice', 'password of alice', 'team-a');
  await keystone.stop();
  const response = await ask('/v2/schemas/image', token);
  expect([response.status, response.headers.get('x-imago-error-code')]).toEqual([503, 'identity.unavailable']);
});
