import { constants, inflateSync, zstdDecompressSync } from 'node:zlib';
import { printable } from '../../disk/printable.ts';
import { Unreadable } from '../../disk/unreadable.ts';

const ZLIB = 1;
const LZO = 2;
const ZSTD = 3;
/** What btrfs writes at most. */
const MAX_WINDOW_LOG = 17;

/** The content of a compressed extent, no longer than it is said to be. */
export function decompress(packed: Buffer, compression: number, unpacked: number): Buffer {
  if (compression === LZO) throw new Unreadable('A file is compressed with LZO, which is not read');
  if (compression !== ZLIB && compression !== ZSTD)
    throw new Unreadable(`A file is compressed with a kind, ${compression}, that is not known`);
  try {
    if (compression === ZLIB) return inflateSync(packed, { maxOutputLength: unpacked });
    const params = { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG };
    return zstdDecompressSync(zstdFrame(packed), { maxOutputLength: unpacked, params });
  } catch (error) {
    throw new Unreadable(`A compressed extent is damaged: ${printable(error instanceof Error ? error.message : '')}`);
  }
}

/** The frame without the rest of its last sector, which the decoder takes for a second one. */
function zstdFrame(bytes: Buffer): Buffer {
  const descriptor = bytes.readUInt8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = 5 + (isSingleSegment ? 0 : 1) + dictionary + contentSize;
  for (let isLast = false; !isLast;) {
    const block = bytes.readUIntLE(at, 3);
    isLast = (block & 1) === 1;
    at += 3 + (((block >>> 1) & 3) === 1 ? 1 : block >>> 3);
  }
  return bytes.subarray(0, at + ((descriptor & 4) === 0 ? 0 : 4));
}
