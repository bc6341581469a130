import { describe, expect, it } from 'vitest';
import { BufferSource, CountingSource } from './byte-source.ts';
import { JoinedSource } from './joined-source.ts';

describe('joined sources', () => {
  const bytes = Buffer.from('the disk in three objects');
  const parts = [bytes.subarray(0, 4), bytes.subarray(4, 4), bytes.subarray(4, 9), bytes.subarray(9)];

  it('read as one, in any range', async () => {
    const joined = new JoinedSource(parts.map((part) => new BufferSource(part)));
    expect(joined.size).toBe(bytes.length);
    for (let start = 0; start <= bytes.length; start += 1) {
      for (let end = start; end <= bytes.length; end += 1) {
        expect((await joined.read(start, end - start)).equals(bytes.subarray(start, end))).toBe(true);
      }
    }
    await expect(joined.read(1, bytes.length)).rejects.toThrow(RangeError);
  });

  it('are not asked for what is in another one', async () => {
    const sources = parts.map((part) => new CountingSource(new BufferSource(part)));
    await new JoinedSource(sources).read(4, 5);
    expect(sources.map(({ reads }) => reads)).toEqual([0, 0, 1, 0]);
  });
});
