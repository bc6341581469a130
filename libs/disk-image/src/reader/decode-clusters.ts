import { decodeCluster } from './decode.ts';
import type { DiskCluster } from './disk-reader.ts';
import type { EncodedCluster } from './piece.ts';

/** Decodes clusters one after the other. */
export async function* decodeClusters(clusters: AsyncIterable<EncodedCluster>): AsyncGenerator<DiskCluster> {
  for await (const cluster of clusters) {
    const [piece] = cluster.pieces;
    const asItIs = piece?.encoding === 'plain' && piece.length === cluster.length;
    const data = asItIs ? piece.bytes : decodeCluster(cluster, Buffer.allocUnsafeSlow(cluster.length));
    yield { index: cluster.index, data };
  }
}
