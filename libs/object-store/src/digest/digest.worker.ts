import { createHash, type Hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { DigestOrder, DigestReply, DigestTask } from './digest-task.ts';
import { PartChecksums } from './part-checksums.ts';

/** A thread that hashes what comes by in the ring, one task after the other. */
interface Begun {
  readonly bytes: Buffer;
  readonly hash: Hash;
  readonly checksums: PartChecksums | null;
}

let begun: Begun | null = null;

parentPort?.on('message', (order: DigestOrder) => {
  parentPort?.postMessage(follow(order));
});

function follow(order: DigestOrder): DigestReply {
  if (order !== 'end' && 'memory' in order) {
    begun = begin(order);
    return 'done';
  }
  if (begun === null) throw new Error('no digest was begun');
  if (order === 'end') {
    const { hash, checksums } = begun;
    begun = null; // an idle thread holds no ring
    return { digest: hash.digest('hex'), crc32s: checksums?.sums ?? [] };
  }
  const run = begun.bytes.subarray(order.offset, order.offset + order.length);
  begun.hash.update(run);
  begun.checksums?.update(run);
  return 'done';
}

function begin({ memory, algorithm, partSizes }: DigestTask): Begun {
  return {
    bytes: Buffer.from(memory),
    hash: createHash(algorithm),
    checksums: partSizes.length === 0 ? null : new PartChecksums(partSizes),
  };
}
