import { describe, expect, it } from 'vitest';
import { comparePages } from './compare-pages.ts';

interface Entry {
  readonly id: string;
  readonly n: number;
}

/** The ranges in which these ids are compared, and what is sent for each. */
async function rangesOf(ids: readonly string[], size: number): Promise<object[]> {
  const all = ids.map((id, n): Entry => ({ id, n }));
  const ranges: object[] = [];
  const { compared } = await comparePages<Entry>({
    size,
    idOf: ({ id }) => id,
    next: (after) => Promise.resolve(all.filter(({ id }) => after === null || id > after).slice(0, size)),
    compare: ({ after, up_to }, entries) => {
      ranges.push({ after, up_to, ids: entries.map(({ id }) => id) });
      return Promise.resolve([]);
    },
  });
  expect(compared).toBe(ids.length);
  return ranges;
}

describe('a comparison by pages', () => {
  it('covers every id there could be, also when there is nothing', async () => {
    expect(await rangesOf([], 3)).toEqual([{ after: null, up_to: null, ids: [] }]);
    expect(await rangesOf(['a', 'b'], 3)).toEqual([{ after: null, up_to: null, ids: ['a', 'b'] }]);
    expect(await rangesOf(['a', 'b', 'c', 'd'], 3)).toEqual([
      { after: null, up_to: 'b', ids: ['a', 'b'] },
      { after: 'b', up_to: null, ids: ['c', 'd'] },
    ]);
  });

  it('never has one id in two pages', async () => {
    expect(await rangesOf(['a', 'b', 'b', 'c', 'c'], 3)).toEqual([
      { after: null, up_to: 'a', ids: ['a'] },
      { after: 'a', up_to: 'b', ids: ['b', 'b'] },
      { after: 'b', up_to: null, ids: ['c', 'c'] },
    ]);
  });

  it('that cannot go on says so instead of calling everything else wrong', async () => {
    await expect(rangesOf(['a', 'a', 'a', 'b'], 3)).rejects.toThrow('a alone fills a page of 3');
  });
});
