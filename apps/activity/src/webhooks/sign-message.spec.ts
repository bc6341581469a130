import { webhookSecret } from '@imago/contracts';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { newWebhookSecret, signatureHeaders } from './sign-message.ts';

describe('a signature', () => {
  it('is what receivers that know Standard Webhooks accept, with each of its secrets', () => {
    const secret = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((bytes) => {
      return `whsec_${Buffer.from(bytes).toString('base64')}`;
    });
    fc.assert(
      fc.property(fc.uuid(), fc.json(), fc.array(secret, { minLength: 1, maxLength: 3 }), (id, body, secrets) => {
        const headers = signatureHeaders({ id, at: new Date(), body }, secrets);
        for (const each of secrets) {
          expect(webhookSecret.parse(each)).toBe(each);
          expect(new Webhook(each).verify(body, headers)).toEqual(JSON.parse(body));
        }
      }),
    );
  });

  it('is good for nothing with another secret, another body, or another day', () => {
    const [secret, other] = [newWebhookSecret(), newWebhookSecret()];
    const body = '{"type":"ImageReady"}';
    const headers = signatureHeaders({ id: 'm-1', at: new Date(), body }, [secret]);
    expect(() => new Webhook(other).verify(body, headers)).toThrow('No matching signature');
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow('No matching signature');
    const old = signatureHeaders({ id: 'm-1', at: new Date(Date.now() - 86_400_000), body }, [secret]);
    expect(() => new Webhook(secret).verify(body, old)).toThrow('too old');
  });
});

describe('a secret', () => {
  it('is another one each time, and of the form that is asked for', () => {
    const made = Array.from({ length: 20 }, newWebhookSecret);
    expect(new Set(made).size).toBe(20);
    for (const each of made) expect(webhookSecret.safeParse(each).success).toBe(true);
  });

  it.each([
    '',
    'whsec_',
    'secret',
    `whsec_${'A'.repeat(31)}`,
    `whsec_${'A'.repeat(28)}`,
    `whsec_${'A'.repeat(92)}`,
    'A'.repeat(40),
  ])('is not %s', (text) => {
    expect(webhookSecret.safeParse(text).success).toBe(false);
  });
});
