import { parentPort } from 'node:worker_threads';
import { InspectionRefusal } from '../inspection-refusal.ts';
import { freeNow } from '../reader/free-now.ts';
import { STORED_CLUSTER_SIZE } from '../store/layout.ts';
import { unpackPieces } from './cluster-job.ts';
import type { ClusterAnswer, ClusterJob } from './cluster-job.ts';
import { compressCluster } from './compress-cluster.ts';

/** Entry of a thread: decodes, hashes and compresses one cluster after the other. */
const scratch = Buffer.allocUnsafeSlow(STORED_CLUSTER_SIZE);

function answer({ slot, index, length, pieces }: ClusterJob): ClusterAnswer {
  try {
    const compressed = compressCluster({ index, length, pieces: unpackPieces(pieces, slot) }, scratch);
    if (!compressed) return { type: 'zero' };
    Buffer.from(slot).set(compressed.frame);
    const size = compressed.frame.length;
    freeNow(compressed.frame);
    return { type: 'frame', size, hash: compressed.hash };
  } catch (error) {
    if (!(error instanceof InspectionRefusal)) throw error;
    return { type: 'refused', code: error.code, message: error.message, offset: error.offset };
  }
}

parentPort?.on('message', (job: ClusterJob) => parentPort?.postMessage(answer(job)));
