import { describe, expect, it } from '@jest/globals';
import type { StoredPart } from '../parts.repository.ts';
import { trustedParts } from './trusted-parts.ts';

const journaled = (part_number: number, etag = `etag-${part_number}`): StoredPart => ({
  part_number,
  etag,
  size: 8,
  crc32: 0,
  clusters: Buffer.alloc(0),
});
const uploaded = (part_number: number) => ({ part_number, etag: `etag-${part_number}` });
const numbers = (parts: readonly StoredPart[]) => parts.map((part) => part.part_number);

describe('the parts a resumed transfer goes on after', () => {
  it('are all that are journaled and uploaded', () => {
    expect(numbers(trustedParts([journaled(2), journaled(3)], [uploaded(2), uploaded(3)]))).toEqual([2, 3]);
  });

  it('end before the first part that was in flight, whichever finished after it', () => {
    expect(numbers(trustedParts([journaled(2), journaled(4)], [2, 3, 4].map(uploaded)))).toEqual([2]);
    expect(
      numbers(
        trustedParts(
          [2, 3, 4].map((n) => journaled(n)),
          [uploaded(2), uploaded(4)],
        ),
      ),
    ).toEqual([2]);
  });

  it('end before a part the store has with other bytes', () => {
    expect(numbers(trustedParts([journaled(2), journaled(3, 'other')], [2, 3].map(uploaded)))).toEqual([2]);
  });

  it('are none without the first, and never the head', () => {
    expect(trustedParts([journaled(3)], [uploaded(2), uploaded(3)])).toEqual([]);
    expect(numbers(trustedParts([journaled(1), journaled(2)], [uploaded(1), uploaded(2)]))).toEqual([2]);
    expect(trustedParts([], [])).toEqual([]);
  });
});
