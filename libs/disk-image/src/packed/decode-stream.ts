import type { Gunzip, ZstdDecompress } from 'node:zlib';

export type Decoder = Gunzip | ZstdDecompress;
/** Judges what is behind the end of what is packed, as the decoder sees it; it says nothing of that itself. */
type RequireRest = (rest: Buffer) => void;

/** Zeros are what tapes and block devices pad with. A member behind them would be lost. */
export const requirePadding: RequireRest = (rest) => {
  if (rest.some((byte) => byte !== 0)) throw new Error('it goes on behind its end');
};

/** A part of a disk would be taken for all of it. */
export const requireNothing: RequireRest = (rest) => {
  if (rest.length > 0) throw new Error('it goes on behind its first frame');
};

/** What comes out of a decoder, when all of the file has been read and is sound; it fails as the file does. */
export async function* decode(
  ranges: AsyncIterable<Buffer>,
  decoder: Decoder,
  requireRest: RequireRest,
): AsyncGenerator<Uint8Array> {
  const feeding = feed(ranges, decoder, requireRest);
  feeding.catch((error: unknown) => decoder.destroy(error as Error));
  yield* decoder;
  await feeding;
}

async function feed(ranges: AsyncIterable<Buffer>, decoder: Decoder, requireRest: RequireRest): Promise<void> {
  let fed = 0;
  let isAtEnd = false;
  for await (const range of ranges) {
    if (!isAtEnd) await written(decoder, range);
    const rest = range.subarray(isAtEnd ? 0 : decoder.bytesWritten - fed);
    isAtEnd ||= rest.length > 0;
    requireRest(rest);
    fed += range.length;
  }
  if (!isAtEnd) decoder.end();
}

function written(decoder: Decoder, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    decoder.write(bytes, (error) => {
      if (error == null) resolve();
      else reject(error);
    });
  });
}
