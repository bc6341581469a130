import { describe, expect, it } from 'vitest';
import { chargedHours } from './charged-hours.ts';

const DAY = { from: Date.parse('2026-03-01T00:00Z'), to: Date.parse('2026-03-02T00:00Z'), now: Infinity };

function charged(...told: readonly [time: string, owner: string, bytes: number][]): Record<string, string> {
  const changes = told.map(([time, owner, bytes], place) => ({
    ...{ image_id: 'i', version: place + 1, owner, stored_bytes: String(bytes) },
    at: Date.parse(`2026-03-01T${time}Z`),
  }));
  const hours = chargedHours([...changes, ...changes].reverse(), DAY);
  return Object.fromEntries(
    [...hours].map(([key, bytes]) => [key.replace(/^(\S+) i 2026-03-01T(\d\d).*/, '$1 $2'), String(bytes)]),
  );
}

describe('the hours that are charged for', () => {
  it('are those that have begun, each whole, with the most bytes of it', () => {
    expect(charged(['08:30', 'a', 1], ['09:45', 'a', 3], ['11:15', 'a', 0])).toEqual({
      'a 08': '1',
      'a 09': '3',
      'a 10': '3',
      'a 11': '3',
    });
  });

  it('count for both where an image was given away', () => {
    expect(charged(['08:10', 'a', 4], ['08:30', 'b', 4], ['09:00', 'b', 0])).toEqual({ 'a 08': '4', 'b 08': '4' });
  });

  it('are none of a moment, and none that had not begun', () => {
    expect(charged(['12:30', 'a', 5], ['12:30', 'a', 0])).toEqual({});
    const change = { image_id: 'i', version: 1, owner: 'a', stored_bytes: '1', at: DAY.from };
    expect(chargedHours([change], { ...DAY, now: DAY.from + 1 }).size).toBe(1);
    expect(chargedHours([change], DAY).size).toBe(24);
  });
});
