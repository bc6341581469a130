/** Largest window a frame may ask for, 8 MiB: what every decoder must support, and four times the largest cluster. */
export const MAX_WINDOW_LOG = 23;

const MAGIC = 0xfd2fb528;
const RLE_BLOCK = 1;

/**
 * The frame that the bytes begin with, without what follows it: the length of a compressed cluster is only known in
 * sectors, and the decoder takes no rest for an answer. Throws RangeError when the bytes end first.
 */
export function zstdFrame(bytes: Buffer): Buffer {
  if (bytes.readUInt32LE(0) !== MAGIC) throw new RangeError('no zstd frame begins here');
  const descriptor = bytes.readUInt8(4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const contentSizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = 5 + (singleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes;
  for (let last = false; !last;) {
    const block = bytes.readUIntLE(at, 3);
    last = (block & 1) === 1;
    at += 3 + (((block >>> 1) & 3) === RLE_BLOCK ? 1 : block >>> 3);
  }
  if ((descriptor & 4) !== 0) at += 4; // the checksum
  if (at > bytes.length) throw new RangeError('the frame is cut short');
  return bytes.subarray(0, at);
}
