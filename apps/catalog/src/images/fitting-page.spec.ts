import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitting } from './fitting-page.ts';

describe('a page of a list', () => {
  it('is never larger than an answer may be, never stops early, and always leads on', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 30 })), fc.nat(500), (records, bytes) => {
        const count = fitting(records, bytes);
        const size = (some: readonly string[]): number => Buffer.byteLength(JSON.stringify(some)) - 1;
        expect(count).toBeGreaterThanOrEqual(Math.min(1, records.length));
        if (count > 1) expect(size(records.slice(0, count))).toBeLessThanOrEqual(bytes);
        if (count < records.length) expect(size(records.slice(0, count + 1))).toBeGreaterThan(bytes);
      }),
    );
  });
});
