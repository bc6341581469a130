import { createHash, randomBytes } from 'node:crypto';
import {
  type ByteSource,
  CountingSource,
  FileSource,
  openDisk,
  STORED_CLUSTER_SIZE,
  writeStoredImage,
} from '@imago/disk-image';
import type { ObjectStore } from '@imago/object-store';
import pLimit from 'p-limit';
import { drain } from '../drain.ts';
import { timed } from './cpu.ts';
import type { BenchInstallation } from './installation.ts';
import type { Source } from './sources.ts';

const MIB = 2 ** 20;
const RANGE = 8 * MIB;
const PART = 16 * MIB;
const PARALLEL = 4;
const KEY = 'stage';

export interface StageFigures {
  /** CPU seconds of each stage alone, of this process and the store. */
  readonly parts: Readonly<Record<string, number>>;
  readonly cpuSeconds: number;
  /** Ranged reads an import of the file makes. */
  readonly reads: number;
}

/**
 * What each stage of an import costs when it runs alone: the sum over the cores is the time no arrangement of the same
 * stages can beat, and the limit the import is held against.
 */
export async function measureStages(
  { bucket, pids }: BenchInstallation,
  source: Source,
  storedSize: number,
): Promise<StageFigures> {
  const cpuOf = async (work: () => Promise<void>): Promise<number> =>
    (await timed([process.pid, pids.s3], work)).cpuSeconds;
  const reads = await countReads(bucket, source);
  const parts = {
    GET: await cpuOf(() => getInRanges(bucket, source)),
    'decode, hash, compress': await cpuOf(() => work(source)),
    PUT: await cpuOf(() => putNoise(bucket, storedSize)),
    'read-back, md5, sha512': await cpuOf(() => readBack(bucket)),
  };
  await bucket.deleteMany([KEY]);
  return { parts, cpuSeconds: Object.values(parts).reduce((sum, cpu) => sum + cpu, 0), reads };
}

async function countReads(bucket: ObjectStore, source: Source): Promise<number> {
  const counted = new CountingSource(objectSource(bucket, source));
  const { reader } = await openDisk(counted, 'qcow2');
  await drain(reader.clusters({ clusterSize: STORED_CLUSTER_SIZE }));
  return counted.reads;
}

function objectSource(bucket: ObjectStore, { key, size }: Source): ByteSource {
  return {
    size,
    read: (offset, length, signal) => bucket.read(key, { offset, length, ...(signal === undefined ? {} : { signal }) }),
  };
}

async function getInRanges(bucket: ObjectStore, { key, size }: Source): Promise<void> {
  const limit = pLimit(PARALLEL);
  const ranges = Array.from({ length: Math.ceil(size / RANGE) }, (_, index) => index * RANGE);
  await Promise.all(
    ranges.map((offset) =>
      limit(async () => {
        await bucket.read(key, { offset, length: Math.min(RANGE, size - offset) });
      }),
    ),
  );
}

/** From a local file to nowhere. */
async function work({ path }: Source): Promise<void> {
  const file = await FileSource.open(path);
  try {
    const { reader } = await openDisk(file, 'qcow2');
    await writeStoredImage(reader, {
      done: [],
      sink: { store: () => Promise.resolve() },
      signal: new AbortController().signal,
      progress: () => undefined,
    });
  } finally {
    await file.close();
  }
}

async function putNoise(bucket: ObjectStore, size: number): Promise<void> {
  const noise = randomBytes(PART);
  const upload = await bucket.createMultipart(KEY);
  const limit = pLimit(PARALLEL);
  const parts = await Promise.all(
    Array.from({ length: Math.ceil(size / PART) }, (_, index) =>
      limit(() => bucket.uploadPart(upload, index + 1, noise.subarray(0, Math.min(PART, size - index * PART)))),
    ),
  );
  await bucket.completeMultipart(upload, parts);
}

async function readBack(bucket: ObjectStore): Promise<void> {
  const hashes = [createHash('md5'), createHash('sha512')];
  for await (const chunk of await bucket.stream(KEY)) for (const hash of hashes) hash.update(chunk as Buffer);
  for (const hash of hashes) hash.digest();
}
