import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type RequestContext, serviceContext, signContext, verifyContext } from './request-context.ts';
import { role } from './roles.ts';
import { signText } from './signed-text.ts';

const key = randomBytes(32).toString('hex');

const contexts: fc.Arbitrary<RequestContext> = fc.record({
  user_id: fc.string({ minLength: 1, maxLength: 128 }),
  user_name: fc.string({ maxLength: 255, unit: 'grapheme' }).filter((name) => name.length <= 255),
  project_id: fc.string({ minLength: 1, maxLength: 64 }),
  roles: fc.uniqueArray(fc.constantFrom(...role.options)),
  request_id: fc.string({ minLength: 1, maxLength: 128 }),
  correlation_id: fc.string({ minLength: 1, maxLength: 128 }),
});

const example = serviceContext('import', 'p1', 'c1');

describe('a signed request context', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('arrives as it was signed', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        expect(verifyContext(signContext(context, key, 30), key)).toEqual(context);
      }),
    );
  });

  it('is refused when any character of it is changed', () => {
    const signed = signContext(example, key, 30);
    fc.assert(
      fc.property(fc.nat(signed.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, other) => {
        fc.pre(other !== signed[at]);
        const changed = signed.slice(0, at) + other + signed.slice(at + 1);
        expect(() => verifyContext(changed, key)).toThrow(expect.objectContaining({ code: 'context.invalid' }));
      }),
    );
  });

  it('is refused under another key', () => {
    const other = randomBytes(32).toString('hex');
    expect(() => verifyContext(signContext(example, key, 30), other)).toThrow('no valid context');
  });

  it('is refused when it was signed for another purpose, also under the same key', () => {
    const token = signText({ context: example, expires_at: Date.now() + 60_000 }, 'imago.token.v1', key);
    expect(() => verifyContext(token, key)).toThrow('no valid context');
  });

  it('is refused once it has expired', () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const signed = signContext(example, key, 30);
    vi.setSystemTime(1_000_000 + 29_999);
    expect(verifyContext(signed, key)).toEqual(example);
    vi.setSystemTime(1_000_000 + 30_000);
    expect(() => verifyContext(signed, key)).toThrow('no valid context');
  });

  it.each(['', '.', 'a.b', 'a.b.c', '\u0000', 'x'.repeat(10_000)])('is refused when it is %j', (text) => {
    expect(() => verifyContext(text, key)).toThrow(expect.objectContaining({ code: 'context.invalid' }));
  });

  it.each(['', 'ab', 'not hex at all', 'a'.repeat(63)])('is not signed with the key %j', (weak) => {
    expect(() => signContext(example, weak, 30)).toThrow('at least 32 bytes');
  });
});
