import { describe, expect, it } from 'vitest';
import type { StoredPart } from './part-journal.ts';
import { trustedParts } from './trusted-parts.ts';

const journaled = (part_number: number, etag = `etag-${part_number}`): StoredPart => ({
  part_number,
  etag,
  size: 8,
  crc32: 0,
  clusters: Buffer.alloc(0),
});

/** The numbers of the parts that are trusted, of those that are journaled and those that the store has. */
function trusted(journal: readonly (number | StoredPart)[], inStore: readonly number[], first = 2): readonly number[] {
  const parts = journal.map((part) => (typeof part === 'number' ? journaled(part) : part));
  const uploaded = inStore.map((part_number) => ({ part_number, etag: `etag-${part_number}` }));
  return trustedParts(parts, uploaded, first).map((part) => part.part_number);
}

describe('the parts a resumed transfer goes on after', () => {
  it('are all that are journaled and uploaded', () => {
    expect(trusted([2, 3], [2, 3])).toEqual([2, 3]);
    expect(trusted([1, 2], [1, 2], 1)).toEqual([1, 2]);
  });

  it('end before the first part that was in flight, whichever finished after it', () => {
    expect(trusted([2, 4], [2, 3, 4])).toEqual([2]);
    expect(trusted([2, 3, 4], [2, 4])).toEqual([2]);
  });

  it('end before a part the store has with other bytes', () => {
    expect(trusted([2, journaled(3, 'other')], [2, 3])).toEqual([2]);
  });

  it('are none without the first, and never the head where that is written last', () => {
    expect(trusted([3], [2, 3])).toEqual([]);
    expect(trusted([1, 2], [1, 2])).toEqual([2]);
    expect(trusted([], [])).toEqual([]);
  });
});
