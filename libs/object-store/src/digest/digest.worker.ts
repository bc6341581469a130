import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { DigestOrder, DigestReply, DigestTask } from './digest-task.ts';
import { PartChecksums } from './part-checksums.ts';

/** A thread that hashes what comes by in the ring. */
const { memory, algorithm, partSizes } = workerData as DigestTask;
const bytes = Buffer.from(memory);
const hash = createHash(algorithm);
const checksums = partSizes.length === 0 ? null : new PartChecksums(partSizes);

parentPort?.on('message', (order: DigestOrder) => {
  parentPort?.postMessage(follow(order));
});

function follow(order: DigestOrder): DigestReply {
  if (order === 'end') return { digest: hash.digest('hex'), crc32s: checksums?.sums ?? [] };
  const run = bytes.subarray(order.offset, order.offset + order.length);
  hash.update(run);
  checksums?.update(run);
  return 'done';
}
