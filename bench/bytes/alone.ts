import { createHash } from 'node:crypto';
import type { ObjectStore } from '@imago/object-store';
import pLimit from 'p-limit';

const PART = 16 * 2 ** 20;
const PARALLEL = 4;
const KEY = 'alone';

/** Seconds one hash of so many bytes takes, on one thread that does nothing else. */
export function hash(algorithm: string, bytes: Buffer, size: number): number {
  const started = performance.now();
  const digest = createHash(algorithm);
  for (let at = 0; at < size; at += bytes.length) digest.update(bytes.subarray(0, Math.min(bytes.length, size - at)));
  digest.digest();
  return (performance.now() - started) / 1000;
}

/** Seconds so many bytes take into the store: in parts, several at a time, as a client does that has them all. */
export async function store(bucket: ObjectStore, bytes: Buffer, size: number): Promise<number> {
  const started = performance.now();
  const upload = await bucket.createMultipart(KEY);
  const limit = pLimit(PARALLEL);
  const parts = await Promise.all(
    Array.from({ length: Math.ceil(size / PART) }, (_, index) =>
      limit(() => bucket.uploadPart(upload, index + 1, bytes.subarray(0, Math.min(PART, size - index * PART)))),
    ),
  );
  await bucket.completeMultipart(upload, parts);
  const seconds = (performance.now() - started) / 1000;
  await bucket.deleteMany([KEY]);
  return seconds;
}
