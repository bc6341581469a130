import { describe, expect, it } from 'vitest';
import { requireSomeIds, sentIds } from './sent-ids.ts';

describe('the ids of a request', () => {
  it.each([
    ['p-1', ['p-1']],
    ['p-1,p-2', ['p-1', 'p-2']],
    [' p-1 , p-2 ', ['p-1', 'p-2']],
    [
      ['p-1', ' p-2'],
      ['p-1', 'p-2'],
    ],
    ['p-1，p-2', ['p-1，p-2']], // only ASCII commas part ids (R17); this one is refused as an id
  ])('are read from %j', (sent, ids) => {
    expect(sentIds.parse(sent)).toEqual(ids);
  });

  it.each([[[]], [''], [' , '], [['', '']]])('are missing in %j', (sent) => {
    expect(() => requireSomeIds(sentIds.parse(sent), 'project_ids')).toThrow('names no id');
  });

  it('are at most a hundred', () => {
    const many = Array.from({ length: 101 }, (_, n) => `p-${n}`);
    expect(requireSomeIds(many.slice(1), 'project_ids')).toHaveLength(100);
    expect(() => requireSomeIds(sentIds.parse(many.join(',')), 'project_ids')).toThrow('names 101 ids');
  });

  it.each([[7], [null], [[7]], [{}], ['x'.repeat(20_000)]])('are text: not %j', (sent) => {
    expect(sentIds.safeParse(sent).success).toBe(false);
  });
});
