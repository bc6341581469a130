import { describe, expect, it } from 'vitest';
import { breachOf } from './frozen-events.ts';

const EVENT = 'catalog.ImageReady.v1';

function schema(properties: object, words = 'An image can be used.'): string {
  return JSON.stringify({ title: EVENT, description: words, type: 'object', properties });
}

const BEFORE = schema({ size: { type: 'string' }, title: { type: 'string' } });

describe('the shape of an event', () => {
  it.each([
    ['gets a field more', schema({ size: { type: 'string' }, title: { type: 'string' }, more: { type: 'string' } })],
    ['loses a field', schema({ size: { type: 'string' } })],
    ['has a field of another type', schema({ size: { type: 'integer' }, title: { type: 'string' } })],
    ['loses a field that is called like a word', schema({ size: { type: 'string' } })],
  ])('that %s needs a new version', (_what, after) => {
    expect(breachOf(EVENT, BEFORE, after)).toMatch(/ImageReady\.v1 has changed.*next version/);
  });

  it('stays known when nobody tells the event any more', () => {
    expect(breachOf(EVENT, BEFORE, null)).toMatch(/not defined any more/);
  });

  it('may be told in better words, written in another order, and be new', () => {
    const after = schema({ title: { type: 'string' }, size: { type: 'string' } }, 'It is there.');
    expect(breachOf(EVENT, BEFORE, after)).toBeNull();
    expect(breachOf(EVENT, null, BEFORE)).toBeNull();
  });
});
