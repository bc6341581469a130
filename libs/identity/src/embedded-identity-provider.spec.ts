import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { EmbeddedIdentityProvider } from './embedded-identity-provider.ts';
import type { AuthRequest } from './identity-provider.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { PasswordChecks } from './password-checks.ts';
import { signText } from './signed-text.ts';
import { type EmbeddedUser, usersFile } from './users-file.ts';

const tokenKey = randomBytes(32).toString('hex');
const ttl = 3600;
const login: AuthRequest = {
  method: 'password',
  user: { name: 'alice', domain: { id: 'default' } },
  password: 'correct horse',
  project: { name: 'demo-a', domain: { name: 'Default' } },
};
let users: EmbeddedUser[];
let provider: EmbeddedIdentityProvider;

beforeAll(async () => {
  users = usersFile.parse([
    {
      id: 'u-alice',
      name: 'alice',
      password_scrypt: await hashPassword('correct horse'),
      project: { id: 'p-a', name: 'demo-a' },
      roles: ['member'],
      domain: 'Default',
    },
  ]);
  provider = new EmbeddedIdentityProvider({ users, token_key: tokenKey, token_ttl: ttl });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the embedded identity', () => {
  it('gives a token for the right password and knows it again', async () => {
    const token = await provider.issue(login);
    expect(token).toMatchObject({
      user: { id: 'u-alice', name: 'alice', domain: { id: 'default', name: 'Default' } },
      project: { id: 'p-a', name: 'demo-a' },
      roles: ['member', 'reader'],
      methods: ['password'],
    });
    expect(token.expires_at.getTime() - token.issued_at.getTime()).toBe(ttl * 1000);
    await expect(provider.verify(token.token)).resolves.toEqual(token);
  });

  it('never learns a right password from whoever asks for a project that is not the user’s', async () => {
    const check = vi.spyOn(PasswordChecks.prototype, 'isRight');
    const elsewhere = { ...login, project: { id: 'p-b' } };
    await expect(provider.issue(elsewhere)).rejects.toMatchObject({ code: 'auth.invalid_credentials' });
    expect(check).toHaveBeenCalledExactlyOnceWith(
      'correct horse',
      expect.not.stringContaining(users[0]?.password_scrypt ?? ''),
    );
    check.mockRestore();
  });

  it('makes tokens that no client changes by percent-encoding', async () => {
    const { token } = await provider.issue(login);
    expect(token).toMatch(/^[A-Za-z0-9._-]+$/);
  });

  it.each<[string, Partial<AuthRequest>]>([
    ['a user by id', { user: { id: 'u-alice' } }],
    ['no project, which means the own one', { project: null }],
    ['a project by id', { project: { id: 'p-a' } }],
    ['a name without a domain, which means the default one', { user: { name: 'alice', domain: null } }],
  ])('accepts %s', async (_what, change) => {
    await expect(provider.issue({ ...login, ...change } as AuthRequest)).resolves.toMatchObject({
      project: { id: 'p-a' },
    });
  });

  it.each<[string, Partial<AuthRequest>]>([
    ['a wrong password', { password: 'correct hors' }],
    ['an unknown user', { user: { name: 'mallory', domain: null } }],
    ['an unknown user id', { user: { id: 'u-mallory' } }],
    ['the right name in another domain', { user: { name: 'alice', domain: { name: 'Other' } } }],
    ["another user's project", { project: { id: 'p-b' } }],
    ['the right project name in another domain', { project: { name: 'demo-a', domain: { id: 'other' } } }],
  ])('refuses %s, always in the same words', async (_what, change) => {
    await expect(provider.issue({ ...login, ...change } as AuthRequest)).rejects.toMatchObject({
      code: 'auth.invalid_credentials',
      message: 'The user, the password or the project is not right.',
    });
  });

  it('makes a token from a token that does not outlive it and falls with it', async () => {
    const first = await provider.issue(login);
    const second = await provider.issue({ method: 'token', token: first.token, project: { id: 'p-a' } });
    expect(second.token).not.toBe(first.token);
    expect(second.expires_at).toEqual(first.expires_at);
    expect(second.methods).toEqual(['token', 'password']);
    expect(second.audit_ids).toEqual([expect.any(String), first.audit_ids[0]]);
    await provider.revoke(first.token);
    await expect(provider.verify(first.token)).rejects.toMatchObject({ code: 'auth.invalid_token' });
    await expect(provider.verify(second.token)).rejects.toMatchObject({ code: 'auth.invalid_token' });
  });

  it('does not let a project be changed through a token', async () => {
    const { token } = await provider.issue(login);
    await expect(provider.issue({ method: 'token', token, project: { id: 'p-b' } })).rejects.toMatchObject({
      code: 'auth.invalid_credentials',
    });
  });

  it('refuses an expired token', async () => {
    const { token } = await provider.issue(login);
    vi.useFakeTimers({ now: Date.now() + ttl * 1000, toNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    await expect(provider.verify(token)).rejects.toMatchObject({ code: 'auth.invalid_token' });
  });

  it('refuses a token of another installation', async () => {
    const foreign = new EmbeddedIdentityProvider({ users, token_key: randomBytes(32).toString('hex'), token_ttl: ttl });
    const { token } = await foreign.issue(login);
    await expect(provider.verify(token)).rejects.toMatchObject({ code: 'auth.invalid_token' });
  });

  it('refuses a token that was changed anywhere', async () => {
    const { token } = await provider.issue(login);
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.string({ minLength: 1, maxLength: 1 }), async (at, other) => {
        fc.pre(other !== token[at]);
        const changed = token.slice(0, at) + other + token.slice(at + 1);
        await expect(provider.verify(changed)).rejects.toMatchObject({ code: 'auth.invalid_token' });
      }),
    );
  });

  it.each(['', '.', 'e30.', 'gAAAAAB', '../../etc/passwd', 'x'.repeat(3000)])('refuses the token %j', async (token) => {
    await expect(provider.verify(token)).rejects.toMatchObject({ code: 'auth.invalid_token' });
  });

  it('refuses a text signed with the right key that is no token', async () => {
    const token = signText({ user_id: 'u-alice' }, 'imago.token.v1', tokenKey);
    await expect(provider.verify(token)).rejects.toMatchObject({ code: 'auth.invalid_token' });
  });

  it('makes the tokens of a user worthless when the password changes or the user goes', async () => {
    const { token } = await provider.issue(login);
    const changed = users.map((user) => ({ ...user, password_scrypt: user.password_scrypt.replace(/.{4}$/, 'AAAA') }));
    for (const later of [changed, []]) {
      const next = new EmbeddedIdentityProvider({ users: later, token_key: tokenKey, token_ttl: ttl });
      await expect(next.verify(token)).rejects.toMatchObject({ code: 'auth.invalid_token' });
    }
  });

  it('takes the roles from the file, not from the token', async () => {
    const { token } = await provider.issue(login);
    const demoted = users.map((user) => ({ ...user, roles: ['reader' as const] }));
    const next = new EmbeddedIdentityProvider({ users: demoted, token_key: tokenKey, token_ttl: ttl });
    await expect(next.verify(token)).resolves.toMatchObject({ roles: ['reader'] });
  });
});

describe('a password hash', () => {
  it('is salted and only fits its password', async () => {
    const [one, two] = await Promise.all([hashPassword('päss'), hashPassword('päss')]);
    expect(one).not.toBe(two);
    await expect(verifyPassword('pa\u0308ss', one)).resolves.toBe(true); // the same letters, composed otherwise
    await expect(verifyPassword('pass', one)).resolves.toBe(false);
  });
});

describe('the users file', () => {
  it.each<[string, (user: EmbeddedUser) => unknown[]]>([
    ['nobody', () => []],
    ['a user id twice', (user) => [user, { ...user, name: 'bob' }]],
    ['a user name twice in a domain', (user) => [user, { ...user, id: 'u-2' }]],
    [
      'a project with two names',
      (user) => [user, { ...user, id: 'u-2', name: 'bob', project: { id: 'p-a', name: 'b' } }],
    ],
    ['a clear-text password', (user) => [{ ...user, password_scrypt: 'correct horse' }]],
    [
      'a hash that eats the machine',
      (user) => [{ ...user, password_scrypt: user.password_scrypt.replace('ln=14', 'ln=30') }],
    ],
    ['the role of a service', (user) => [{ ...user, roles: ['service'] }]],
    ['an unknown field', (user) => [{ ...user, admin: true }]],
  ])('is refused with %s', (_what, make) => {
    const [user] = users;
    if (user === undefined) throw new Error('there is one');
    expect(usersFile.safeParse(make(user)).success).toBe(false);
  });
});
