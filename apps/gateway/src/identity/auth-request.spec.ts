import { describe, expect, it } from 'vitest';
import { authBody, toAuthRequest } from './auth-request.ts';

const user = { name: 'alice', domain: { name: 'Default' }, password: 'secret' };
const password = { methods: ['password'], password: { user } };

function read(auth: unknown): unknown {
  return toAuthRequest(authBody.parse({ auth }));
}

describe("Keystone's log-in body", () => {
  it.each([
    ['no scope', undefined, null],
    ['an unscoped one', 'unscoped', null],
    ['an unscoped one, written as an object', { unscoped: {} }, null],
    ['a project id', { project: { id: 'p' } }, { id: 'p' }],
    [
      'a project name in a domain by id',
      { project: { name: 'demo', domain: { id: 'default' } } },
      { name: 'demo', domain: { id: 'default' } },
    ],
  ])('is read with %s', (_what, scope, project) => {
    expect(read({ identity: password, scope })).toEqual({
      method: 'password',
      user: { name: 'alice', domain: { name: 'Default' } },
      password: 'secret',
      project,
    });
  });

  it('is read with a user id, which needs no domain', () => {
    const identity = { methods: ['password'], password: { user: { id: 'u', password: 'secret' } } };
    expect(read({ identity })).toMatchObject({ user: { id: 'u' } });
  });

  it('is read with a token', () => {
    expect(read({ identity: { methods: ['token'], token: { id: 't' } }, scope: { project: { id: 'p' } } })).toEqual({
      method: 'token',
      token: 't',
      project: { id: 'p' },
    });
  });

  it.each([
    ['a domain scope', { identity: password, scope: { domain: { id: 'default' } } }],
    ['a system scope', { identity: password, scope: { system: { all: true } } }],
    ['an unknown method', { identity: { methods: ['totp'] } }],
    ['two methods', { identity: { ...password, methods: ['password', 'totp'] } }],
    ['a method without its part', { identity: { methods: ['token'], password: { user } } }],
  ])('is refused with %s', (_what, auth) => {
    expect(() => read(auth)).toThrow(expect.objectContaining({ code: 'auth.invalid_credentials' }));
  });

  it.each([
    undefined,
    null,
    {},
    { identity: {} },
    { identity: { methods: [] } },
    { identity: { methods: 'password' } },
  ])('is invalid as %j', (auth) => {
    expect(authBody.safeParse({ auth }).success).toBe(false);
  });
});
