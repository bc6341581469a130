import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { exactLength } from './exact-length.ts';

function through(chunks: readonly string[], length: number): Promise<Buffer> {
  return buffer(Readable.from(chunks.map((chunk) => Buffer.from(chunk))).compose(exactLength(length)));
}

describe('a stream of exact length', () => {
  it('passes what it should have', async () => {
    await expect(through(['ab', 'c'], 3)).resolves.toEqual(Buffer.from('abc'));
    await expect(through([], 0)).resolves.toHaveLength(0);
  });

  it('fails when its source has less, or more', async () => {
    await expect(through(['ab'], 3)).rejects.toThrow('lacks 1 of 3 bytes');
    await expect(through(['ab', 'cd'], 3)).rejects.toThrow('more than the 3 bytes');
  });
});
