import { decodeCluster } from './decode.ts';
import type { DiskCluster } from './disk-reader.ts';
import type { EncodedCluster } from './piece.ts';

/** Decodes clusters one after the other, each into memory of its own. */
export async function* decodeClusters(clusters: AsyncIterable<EncodedCluster>): AsyncGenerator<DiskCluster> {
  for await (const cluster of clusters) {
    yield { index: cluster.index, data: decodeCluster(cluster, Buffer.allocUnsafeSlow(cluster.length)) };
  }
}
