import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PACKAGE_CACHE } from '../infrastructure.ts';
import { providedOrTold } from '../provided-or-told.ts';
import { s3Administration } from '../s3-administration.ts';
import { startSwift } from './swift.ts';
import { provideSwift } from './swift-programs.ts';
import type { SwiftPrograms } from './swift-programs.ts';

const Bucket = 'kept';
const signal = AbortSignal.timeout(300_000);
const cache = { directory: PACKAGE_CACHE, signal, report: (): void => undefined };
const programs = await providedOrTold('OpenStack Swift', () => provideSwift(cache, tmpdir()));

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'imago-swift-'));
});
afterAll(() => rm(directory, { recursive: true }));

it.skipIf(programs === null)('is an S3 that keeps its objects over a restart, and leaves no process', async () => {
  const open = async <T>(use: (s3: S3Client) => Promise<T>): Promise<T> => {
    const { address, pid, stop } = await startSwift(programs as SwiftPrograms, { directory, signal });
    const { endpoint, region, access_key: accessKeyId, secret_key: secretAccessKey } = address;
    const s3 = new S3Client({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
    try {
      await s3Administration(address).createBucket(Bucket);
      return await use(s3);
    } finally {
      s3.destroy();
      await stop();
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    }
  };
  await open((s3) => s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'body' })));
  const read = await open(async (s3) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    return Body?.transformToString();
  });
  expect(read).toBe('body');
});
