import { describe, expect, it } from 'vitest';
import { layOver } from './lay-over.ts';

const PATCHES = [
  { offset: 2, bytes: Buffer.from('AB') },
  { offset: 6, bytes: Buffer.from('CDEF') },
];
const DISK = '0123456789ab';

describe('patches', () => {
  it.each([
    [0, 12, '01AB45CDEFab'],
    [3, 4, 'B45C'],
    [7, 2, 'DE'],
    [9, 3, 'Fab'],
    [4, 2, '45'],
    [0, 2, '01'],
    [10, 2, 'ab'],
    [5, 0, ''],
  ])('are seen wherever a read from %i of %i bytes meets them, and nowhere else', (offset, length, seen) => {
    const read = Buffer.from(DISK.slice(offset, offset + length));
    layOver(PATCHES, offset, read);
    expect(read.toString()).toBe(seen);
  });
});
