import { constants, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { InspectionRefusal } from '../inspection-refusal.ts';
import { freeNow } from './free-now.ts';
import type { EncodedCluster, Piece } from './piece.ts';
import { grainStream } from '../vmdk/grain-stream.ts';
import { MAX_WINDOW_LOG, zstdFrame } from './zstd-frame.ts';

/** More than the output needs, so that the decoder sees the end of its input without a second buffer. */
const SPARE = 64;

/**
 * Writes the whole cluster to the start of `target`. A piece decodes to exactly its unit: anything else, a bomb among
 * it, is an `InspectionRefusal`, and costs no more than that unit.
 */
export function decodeCluster(cluster: EncodedCluster, target: Buffer): Buffer {
  const data = target.subarray(0, cluster.length);
  let covered = 0;
  for (const piece of cluster.pieces) covered += piece.length;
  if (covered < cluster.length) data.fill(0);
  for (const piece of cluster.pieces) decodePiece(piece, data);
  return data;
}

function decodePiece(piece: Readonly<Piece>, data: Buffer): void {
  if (piece.encoding === 'plain') {
    piece.bytes.copy(data, piece.at);
    return;
  }
  const unit = decodeUnit(piece);
  // The last grain of a VMDK may end where the disk does.
  const least = piece.encoding === 'grain' ? piece.from + piece.length : piece.unit;
  if (unit.length < least) throw damaged(piece, `it decodes to ${unit.length} bytes instead of ${piece.unit}`);
  unit.copy(data, piece.at, piece.from, piece.from + piece.length);
  freeNow(unit);
}

function decodeUnit(piece: Readonly<Piece>): Buffer {
  const limits = { maxOutputLength: piece.unit, chunkSize: piece.unit + SPARE };
  try {
    if (piece.encoding === 'deflate') return inflateRawSync(piece.bytes, limits);
    if (piece.encoding === 'grain') return inflateSync(grainStream(piece.bytes), limits);
    const params = { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG };
    return zstdDecompressSync(zstdFrame(piece.bytes), { ...limits, params });
  } catch (error) {
    throw damaged(piece, error instanceof Error ? error.message : String(error));
  }
}

function damaged(piece: Readonly<Piece>, reason: string): InspectionRefusal {
  return new InspectionRefusal(
    'image.data',
    `The compressed cluster at ${piece.start} is damaged: ${reason}`,
    piece.start,
  );
}
