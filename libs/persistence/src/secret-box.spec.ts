import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretBox } from './secret-box.ts';

const box = boxOf(randomBytes(32));
function boxOf(key: Buffer): SecretBox {
  return new SecretBox(key.toString('hex'), 'webhook.secret_unreadable');
}

const owner = randomUUID();

describe('a sealed secret', () => {
  it('opens to what it was, and is never twice the same', () => {
    fc.assert(
      fc.property(fc.string(), (secret) => {
        const sealed = box.seal(secret, owner);
        expect(box.open(sealed, owner)).toBe(secret);
        expect(sealed.equals(box.seal(secret, owner))).toBe(false);
      }),
    );
  });

  it('opens with no other key, for nothing else, and not when a bit of it has changed', () => {
    const sealed = box.seal('whsec_x', owner);
    const unreadable = expect.objectContaining({ code: 'webhook.secret_unreadable' });
    expect(() => boxOf(randomBytes(32)).open(sealed, owner)).toThrow(unreadable);
    expect(() => box.open(sealed, randomUUID())).toThrow(unreadable);
    expect(() => box.open(sealed.subarray(0, 5), owner)).toThrow(unreadable);
    for (let place = 0; place < sealed.length; place++) {
      const changed = Buffer.from(sealed);
      changed[place] = (changed[place] ?? 0) ^ 1;
      expect(() => box.open(changed, owner)).toThrow(unreadable);
    }
  });

  it('is known again by its fingerprint, to nobody without the key', () => {
    expect(box.fingerprint('a')).toBe(box.fingerprint('a'));
    expect(box.fingerprint('a')).not.toBe(box.fingerprint('b'));
    expect(box.fingerprint('a')).not.toBe(boxOf(randomBytes(32)).fingerprint('a'));
  });
});
