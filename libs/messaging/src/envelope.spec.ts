import { eventEnvelope, QuotaReservedV1 } from '@imago/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reserved } from '../test/facts.ts';
import { routingKeyOf, sealEvent } from './envelope.ts';

const id = '0190c5a8-7d4c-7c3e-8f0e-3a1b5c7d9e0f';

function seal(fact: object = {}, cause: object = {}): Record<string, unknown> {
  const text = sealEvent(id, new Date(0), { ...reserved('image-1'), ...fact }, { correlation_id: 'c1', ...cause });
  return JSON.parse(text) as Record<string, unknown>;
}

describe('an envelope', () => {
  it('is a CloudEvent that belongs under the routing key of its contract', () => {
    const envelope = eventEnvelope.parse(seal());
    expect(envelope).toMatchObject({ specversion: '1.0', id, time: '1970-01-01T00:00:00.000Z', type: 'QuotaReserved' });
    expect(routingKeyOf(envelope)).toBe(QuotaReservedV1.routingKey);
  });

  it('is seen by its own project, by those it names, or by operators alone', () => {
    expect(seal()['audience']).toBe('p1');
    expect(seal({ audience: ['p1', 'p2'] })['audience']).toBe('p1,p2');
    expect(seal({ audience: [] })['audience']).toBe('');
  });

  it('has a sequence whose text order is its number order', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (one, other) => {
        const [left, right] = [seal({ sequence: one })['sequence'], seal({ sequence: other })['sequence']];
        expect(String(left) < String(right)).toBe(one < other);
      }),
    );
  });

  it('carries one trace through a whole correlation, whatever form its id has', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uuid(), fc.string({ minLength: 1, maxLength: 128 })), (correlation_id) => {
        const traces = [seal({}, { correlation_id }), seal({}, { correlation_id })].map(
          (envelope) => /^00-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-01$/.exec(String(envelope['traceparent']))?.[1],
        );
        expect(traces[0]).toBeDefined();
        expect(traces[0]).toBe(traces[1]);
      }),
    );
    expect(seal({}, { traceparent: 'as it came' })['traceparent']).toBe('as it came');
  });

  it('names who asked: the one the fact names, else the one of the cause, else nobody', () => {
    expect(seal({ actor: 'u1' }, { actor: 'u2' })['actor']).toBe('u1');
    expect(seal({}, { actor: 'u2' })['actor']).toBe('u2');
    expect(seal()['actor']).toBeUndefined();
  });
});
