import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sampleDisk } from '../testing/index.ts';
import { zstdFrame } from './zstd-frame.ts';

describe('a zstd frame', () => {
  const data = sampleDisk(3, 2 ** 19);
  it.each([
    ['of known size', data, { pledgedSrcSize: data.length }],
    ['of unknown size', data, {}],
    ['with a checksum', data, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }],
    ['of the same byte, which is a block of one byte', Buffer.alloc(2 ** 20, 7), {}],
    ['of no compressible bytes', crypto.getRandomValues(new Uint8Array(60_000)), {}],
    ['of a few bytes', Buffer.from('abc'), { pledgedSrcSize: 3 }],
    ['of nothing', Buffer.alloc(0), {}],
  ])('%s ends where it ends, whatever follows', (_name, content, options) => {
    const frame = zstdCompressSync(content, options);
    for (const rest of [Buffer.alloc(0), Buffer.alloc(511), frame, Buffer.alloc(100, 0xff)]) {
      expect(zstdFrame(Buffer.concat([frame, rest])).equals(frame)).toBe(true);
    }
  });

  it('that is cut short is none', () => {
    const frame = zstdCompressSync(data);
    for (let length = 0; length < frame.length; length += length < 40 ? 1 : 997) {
      expect(() => zstdFrame(frame.subarray(0, length))).toThrow(/frame|outside buffer bounds|out of range/);
    }
  });
});
