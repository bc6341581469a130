import { expect, it } from 'vitest';
import { RecentIds } from './recent-ids.ts';

it('remembers the newest ids, and forgets the oldest first', () => {
  const recent = new RecentIds(2);
  expect(['a', 'b', 'a', 'c', 'b', 'a'].map((id) => recent.add(id))).toEqual([true, true, false, true, false, true]);
});
