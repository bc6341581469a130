import { imageName } from '@imago/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serverNames } from './server-names.ts';

describe('the names of the servers of one order', () => {
  it('are the name itself for one, and numbered for several', () => {
    expect(serverNames('web', 1)).toEqual(['web']);
    expect(serverNames('web', 3)).toEqual(['web-1', 'web-2', 'web-3']);
  });

  it('are names, and differ, however long the name is', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 255 })
      .filter((text) => imageName.safeParse(text).success);
    fc.assert(
      fc.property(name, fc.integer({ min: 1, max: 20 }), (text, count) => {
        const names = serverNames(text, count);
        expect(new Set(names).size).toBe(count);
        for (const each of names) expect(imageName.safeParse(each).success).toBe(true);
      }),
    );
    expect(serverNames(`${'x'.repeat(252)}\u{1f600}`, 2)[0]).toBe(`${'x'.repeat(252)}-1`);
  });
});
