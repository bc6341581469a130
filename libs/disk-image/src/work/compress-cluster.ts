import { hash } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { decodeCluster } from '../reader/decode.ts';
import type { EncodedCluster } from '../reader/piece.ts';
import { MAX_FRAME_BYTES, STORED_CLUSTER_SIZE } from '../store/layout.ts';

/** The fastest level that still stores as little as qemu-img does with small clusters at its default level. */
const LEVEL = 1;
const ZERO = Buffer.alloc(STORED_CLUSTER_SIZE);
const OPTIONS = {
  params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
  pledgedSrcSize: STORED_CLUSTER_SIZE,
  chunkSize: MAX_FRAME_BYTES, // the frame is one buffer
};

export interface CompressedCluster {
  readonly frame: Buffer;
  readonly hash: Buffer;
}

/** The stored form of a cluster; nothing when it is all zeros. `scratch` is overwritten: one whole cluster. */
export function compressCluster(cluster: EncodedCluster, scratch: Buffer): CompressedCluster | undefined {
  const data = wholeCluster(cluster, scratch);
  if (data.equals(ZERO)) return undefined;
  return { hash: hash('sha256', data, 'buffer'), frame: zstdCompressSync(data, OPTIONS) };
}

function wholeCluster(cluster: EncodedCluster, scratch: Buffer): Buffer {
  const [piece] = cluster.pieces;
  if (piece?.encoding === 'plain' && piece.length === STORED_CLUSTER_SIZE) return piece.bytes;
  decodeCluster(cluster, scratch);
  return cluster.length < scratch.length ? scratch.fill(0, cluster.length) : scratch;
}
