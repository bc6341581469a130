import { hash } from 'node:crypto';
import { decodeCluster } from '../reader/decode.ts';
import type { EncodedCluster } from '../reader/piece.ts';
import { STORED_CLUSTER_SIZE } from '../store/layout.ts';
import { storedFrame } from '../store/stored-frame.ts';

const ZERO = Buffer.alloc(STORED_CLUSTER_SIZE);

export interface CompressedCluster {
  readonly frame: Buffer;
  readonly hash: Buffer;
}

/** The stored form of a cluster; nothing when it is all zeros. `scratch` is overwritten: one whole cluster. */
export function compressCluster(cluster: EncodedCluster, scratch: Buffer): CompressedCluster | undefined {
  const data = wholeCluster(cluster, scratch);
  if (data.equals(ZERO)) return undefined;
  return { hash: hash('sha256', data, 'buffer'), frame: storedFrame(data) };
}

function wholeCluster(cluster: EncodedCluster, scratch: Buffer): Buffer {
  const [piece] = cluster.pieces;
  if (piece?.encoding === 'plain' && piece.length === STORED_CLUSTER_SIZE) return piece.bytes;
  decodeCluster(cluster, scratch);
  return cluster.length < scratch.length ? scratch.fill(0, cluster.length) : scratch;
}
