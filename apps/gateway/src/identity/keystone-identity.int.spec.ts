import { KeystoneIdentityProvider, type KeystoneIdentityOptions } from '@imago/identity';
import { FaultyProxy } from '@imago/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, type Person, startGateway } from '../../test/gateway-under-test.ts';

// Imago's own subset of Keystone's API is the Keystone here; a real one is asked in test/keystone.prove.ts.

let keystone: GatewayUnderTest;
let way: FaultyProxy;
beforeAll(async () => {
  keystone = await startGateway();
  way = await FaultyProxy.to(keystone.base);
});
afterAll(async () => {
  await way.close();
  await keystone.close();
});

function providerOf(options: Partial<KeystoneIdentityOptions> = {}): KeystoneIdentityProvider {
  const user = {
    name: 'operator',
    password: 'password of operator',
    domain: 'Default',
    project: 'project p-op',
    project_domain: 'Default',
  };
  return new KeystoneIdentityProvider({
    url: `${way.endpoint}/v3`,
    public_url: 'https://keystone.example/v3',
    user,
    timeout: 20_000,
    cache_seconds: 30,
    role_names: { admin: ['admin'], member: ['member'], reader: ['reader'] },
    ...options,
  });
}

async function newToken(person: Person): Promise<string> {
  const response = await keystone.ask('/v3/auth/tokens', null, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(keystone.login(person)),
  });
  return response.headers.get('x-subject-token') ?? '';
}

async function giveUp(token: string): Promise<void> {
  const headers = { 'x-auth-token': token, 'x-subject-token': token };
  expect((await keystone.ask('/v3/auth/tokens', null, { headers, method: 'DELETE' })).status).toBe(204);
}

describe('a token that Keystone knows', () => {
  it.each<[Person, string, string[]]>([
    ['alice', 'p-a', ['member', 'reader']],
    ['reader', 'p-a', ['reader']],
    ['operator', 'p-op', ['admin', 'member', 'reader']],
  ])('says who its user is, for which project and with which roles: %s', async (person, project, roles) => {
    const token = await keystone.tokenOf(person);
    await expect(providerOf().verify(token)).resolves.toMatchObject({
      token,
      user: { id: `u-${person}`, name: person, domain: { name: 'Default' } },
      project: { id: project, name: `project ${project}`, domain: { id: 'default' } },
      roles,
    });
  });

  it('is asked for once by many who bring it at the same time, and after them', async () => {
    const provider = providerOf();
    await provider.verify(await keystone.tokenOf('bob'));
    const token = await keystone.tokenOf('alice');
    const before = way.requests;
    const all = await Promise.all(Array.from({ length: 20 }, () => provider.verify(token)));
    expect(new Set(all.map(({ user }) => user.id))).toEqual(new Set(['u-alice']));
    await provider.verify(token);
    expect(way.requests).toBe(before + 1);
  });

  it('has the roles that the settings make of its own', async () => {
    const role_names = { admin: ['cloud_admin'], member: ['admin'], reader: ['member'] };
    const provider = providerOf({ role_names });
    await expect(provider.verify(await keystone.tokenOf('alice'))).resolves.toMatchObject({ roles: ['reader'] });
  });
});

describe('a token is refused that', () => {
  it.each<[string, () => Promise<string>]>([
    ['was made up', () => Promise.resolve('made.up')],
    ['has expired', () => keystone.tokenMade('alice', { token_ttl: -1 })],
    ['is of another Keystone', () => keystone.tokenMade('alice', { token_key: 'ab'.repeat(32) })],
    ['is longer than any', () => Promise.resolve('a'.repeat(8193))],
    ['cannot stand in a header', () => Promise.resolve('a\r\nX-Auth-Token: b')],
  ])('%s', async (_fault, make) => {
    const token = await make();
    await expect(providerOf().verify(token)).rejects.toMatchObject({ code: 'auth.invalid_token' });
  });

  it('was given up, at once or when what was known of it is too old', async () => {
    const forgetful = providerOf({ cache_seconds: 0 });
    const token = await newToken('bob');
    await expect(forgetful.verify(token)).resolves.toMatchObject({ user: { id: 'u-bob' } });
    await giveUp(token);
    await expect(forgetful.verify(token)).rejects.toMatchObject({ code: 'auth.invalid_token' });
  });
});

describe('without Keystone', () => {
  let broken: FaultyProxy;
  beforeEach(async () => {
    broken = await FaultyProxy.to(keystone.base);
  });
  afterEach(() => broken.close());

  it('nobody new gets in, and everybody again when it is back', async () => {
    const token = await keystone.tokenOf('alice');
    const provider = providerOf({ url: `${broken.endpoint}/v3` });
    broken.faults.push({ kind: 'cut', direction: 'from_server', after: 0 });
    await expect(provider.verify(token)).rejects.toMatchObject({ code: 'identity.unavailable' });
    await expect(provider.verify(token)).resolves.toMatchObject({ user: { id: 'u-alice' } });
  });

  it('nobody waits longer than the deadline', async () => {
    broken.faults.push({ kind: 'mute', direction: 'from_server', after: 0 });
    const provider = providerOf({ url: `${broken.endpoint}/v3`, timeout: 200 });
    await expect(provider.verify(await keystone.tokenOf('alice'))).rejects.toMatchObject({
      code: 'identity.unavailable',
    });
  });

  it('or without leave to ask it, nobody gets in', async () => {
    const user = { name: 'operator', password: 'wrong', domain: 'Default', project: 'p', project_domain: 'Default' };
    const provider = providerOf({ user });
    await expect(provider.verify(await keystone.tokenOf('alice'))).rejects.toMatchObject({
      code: 'identity.unavailable',
    });
  });
});
