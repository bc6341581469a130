import { createHmac, generateKeyPairSync } from 'node:crypto';
import { OidcIssuer } from '@imago/testing';
import { type JWTPayload, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OidcIdentityProvider, type OidcIdentityOptions } from './oidc-identity-provider.ts';

const AUDIENCE = 'https://imago.example';
const ALICE = { project_id: 'p-a', project_name: 'project a', roles: ['member'], preferred_username: 'alice' };

let issuer: OidcIssuer;
beforeAll(async () => {
  issuer = await OidcIssuer.start();
});
afterEach(() => {
  issuer.state = 'here';
});
afterAll(() => issuer.close());

function providerOf(options: Partial<OidcIdentityOptions> = {}): OidcIdentityProvider {
  return new OidcIdentityProvider({
    issuer: issuer.url,
    audience: AUDIENCE,
    algorithms: ['RS256', 'ES256'],
    claims: {
      user_name: 'preferred_username',
      project: 'project_id',
      project_name: 'project_name',
      roles: 'roles',
    },
    role_names: { admin: ['admin', 'cloud_admin'], member: ['member'], reader: ['reader'] },
    timeout: 5000,
    ...options,
  });
}

const now = (): number => Math.floor(Date.now() / 1000);

/** A token as the issuer would sign it, if it ever did. */
function signed(claims: JWTPayload, { key = issuer.key.privateKey, kid = issuer.key.kid } = {}): Promise<string> {
  const payload = { iss: issuer.url, aud: AUDIENCE, sub: 'u-1', iat: now(), exp: now() + 60, ...ALICE, ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe('a token of the issuer', () => {
  it('says who its user is, for which project and with which roles', async () => {
    const token = await issuer.tokenFor(AUDIENCE, ALICE);
    const verified = await providerOf().verify(token);
    expect(verified).toMatchObject({
      token,
      user: { id: 'tool', name: 'alice' },
      project: { id: 'p-a', name: 'project a' },
      roles: ['member', 'reader'],
    });
    expect(verified.expires_at.getTime()).toBeGreaterThan(Date.now());
  });

  it('is read by the claims that the settings name', async () => {
    const provider = providerOf({
      claims: {
        user_name: 'email',
        project: 'https://cloud.example/project',
        project_name: 'tenant.name',
        roles: 'realm_access.roles',
      },
    });
    const token = await issuer.tokenFor(AUDIENCE, {
      email: 'op@cloud.example',
      'https://cloud.example/project': 'p-op',
      tenant: { name: 'operations' },
      realm_access: { roles: ['uma_authorization', 'cloud_admin'] },
    });
    await expect(provider.verify(token)).resolves.toMatchObject({
      user: { name: 'op@cloud.example' },
      project: { id: 'p-op', name: 'operations' },
      roles: ['admin', 'member', 'reader'],
    });
  });

  it.each([undefined, '', 'p a', '../p-a', 7, ['p-a']])(
    'is good for nothing without a project: %j',
    async (project) => {
      const token = await issuer.tokenFor(AUDIENCE, { ...ALICE, project_id: project });
      await expect(providerOf().verify(token)).rejects.toMatchObject({ code: 'auth.no_project' });
    },
  );

  it.each([undefined, [], ['Admin'], 'administrator', { admin: true }, [['admin']], '__proto__'])(
    'gives no role by what names none: %j',
    async (roles) => {
      const token = await issuer.tokenFor(AUDIENCE, { ...ALICE, roles });
      await expect(providerOf().verify(token)).resolves.toMatchObject({ roles: [] });
    },
  );
});

describe('a token is refused that', () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });

  it.each<[string, () => Promise<string>]>([
    ['is for somebody else', () => issuer.tokenFor('https://other.example', ALICE)],
    ['is for us and of another issuer', () => signed({ iss: 'https://elsewhere.example' })],
    ['has expired', () => signed({ iat: now() - 120, exp: now() - 60 })],
    ['never expires', () => signed({ exp: undefined })],
    ['is not good yet', () => signed({ nbf: now() + 60 })],
    ['is of nobody', () => signed({ sub: undefined })],
    ['has a user with an odd id', () => signed({ sub: 'u-1\r\nX-Role: admin' })],
    ['another key signed under the name of a good one', () => signed({}, { key: other.privateKey })],
    ['names a key there is none of', () => signed({}, { key: other.privateKey, kid: '../../etc/passwd' })],
    [
      'nobody signed',
      async () => `${encode({ alg: 'none' })}.${(await signed({ roles: ['admin'] })).split('.')[1] ?? ''}.`,
    ],
    [
      'the public key signed, as if it were a secret',
      async () => {
        const body = `${encode({ alg: 'HS256', kid: issuer.key.kid })}.${(await signed({})).split('.')[1] ?? ''}`;
        const secret = issuer.key.publicKey.export({ type: 'spki', format: 'pem' });
        return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
      },
    ],
    [
      'brings its own key',
      () =>
        new SignJWT({ iss: issuer.url, aud: AUDIENCE, sub: 'u-1', iat: now(), exp: now() + 60, ...ALICE })
          .setProtectedHeader({ alg: 'RS256', jwk: other.publicKey.export({ format: 'jwk' }) })
          .sign(other.privateKey),
    ],
    [
      'was signed in a way that is not allowed',
      () =>
        new SignJWT({ iss: issuer.url, aud: AUDIENCE, sub: 'u-1', iat: now(), exp: now() + 60, ...ALICE })
          .setProtectedHeader({ alg: 'PS256', kid: issuer.key.kid })
          .sign(issuer.key.privateKey),
    ],
    [
      'was changed',
      async () => {
        const [header, payload = '', signature] = (await issuer.tokenFor(AUDIENCE, ALICE)).split('.');
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
        return [header, encode({ ...claims, project_id: 'p-b' }), signature].join('.');
      },
    ],
    ['is longer than any', () => signed({ more: 'x'.repeat(8192) })],
    ['is none', () => Promise.resolve('made.up.token')],
    ['cannot stand in a header', () => Promise.resolve('a\nb')],
  ])('%s', async (_fault, make) => {
    const token = await make();
    await expect(providerOf().verify(token)).rejects.toMatchObject({ code: 'auth.invalid_token' });
  });
});

describe('the keys of the issuer', () => {
  it('may be others: new ones are taken at once, old ones no longer', async () => {
    const provider = providerOf({ cooldown: 0 });
    const before = await issuer.tokenFor(AUDIENCE, ALICE);
    await expect(provider.verify(before)).resolves.toMatchObject({ project: { id: 'p-a' } });
    await issuer.rotate();
    const after = await issuer.tokenFor(AUDIENCE, ALICE);
    await expect(provider.verify(after)).resolves.toMatchObject({ project: { id: 'p-a' } });
    await expect(provider.verify(before)).rejects.toMatchObject({ code: 'auth.invalid_token' });
  });

  it('are not fetched for everybody who makes one up', async () => {
    const provider = providerOf();
    await provider.verify(await issuer.tokenFor(AUDIENCE, ALICE));
    const before = issuer.keyFetches;
    const forged = await Promise.all(Array.from({ length: 20 }, (_, index) => signed({}, { kid: `made-up-${index}` })));
    const answers = await Promise.allSettled(forged.map((token) => provider.verify(token)));
    expect(answers.map(({ status }) => status)).toEqual(forged.map(() => 'rejected'));
    expect(issuer.keyFetches).toBe(before);
  });
});

describe('without the issuer', () => {
  it.each(['away', 'mute'] as const)('nobody gets in, and everybody again when it is back: %s', async (state) => {
    const token = await issuer.tokenFor(AUDIENCE, ALICE);
    const provider = providerOf({ timeout: 200 });
    issuer.state = state;
    await expect(provider.verify(token)).rejects.toMatchObject({ code: 'identity.unavailable' });
    issuer.state = 'here';
    await expect(provider.verify(token)).resolves.toMatchObject({ project: { id: 'p-a' } });
  });

  it('nobody gets in by what is said of another one', async () => {
    const token = await issuer.tokenFor(AUDIENCE, ALICE);
    const provider = providerOf({ issuer: `${issuer.url}/` });
    await expect(provider.verify(token)).rejects.toMatchObject({ code: 'identity.unavailable' });
  });
});
