import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { requestBytes, sendRaw } from '../../test/s3/raw-exchange.ts';
import { openS3Process } from '../../test/s3/s3-process.ts';
import type { S3ProcessUnderTest } from '../../test/s3/s3-process.ts';
import { expectBytes, randomBody, refusal } from '../../test/s3/s3-under-test.ts';

const Bucket = 'crash';

let directory: string;
let server: S3ProcessUnderTest;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'imago-s3-'));
  server = await openS3Process(directory);
  await server.s3.send(new CreateBucketCommand({ Bucket }));
});
afterEach(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

/** As a power switch would end it, but for the kernel's caches. */
async function killAndRestart(): Promise<void> {
  process.kill(server.pid, 'SIGKILL');
  server.s3.destroy();
  server = await openS3Process(directory);
}

async function found(Key: string): Promise<Buffer> {
  const { Body } = await server.s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

async function segmentFiles(): Promise<number> {
  const entries = await readdir(join(directory, 'data/segments'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

it('drops a body that was half written, and keeps the object it would have replaced', async () => {
  await server.s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'old' }));
  const { endpoint, region, access_key, secret_key } = server.address;
  const account = { endpoint, region, owner: { accessKeyId: access_key, secretAccessKey: secret_key } };
  const unsigned = { 'content-length': String(32 << 20) };
  const half = { method: 'PUT', path: `/${Bucket}/k`, body: randomBody(16 << 20), unsigned };
  const answer = sendRaw(endpoint, await requestBytes(account, half));
  while ((await segmentFiles()) < 2) await new Promise(setImmediate); // it is being written
  await killAndRestart();
  expect(await answer).toBe('cut');
  expect((await found('k')).toString()).toBe('old');
  expect(await segmentFiles()).toBe(1);
});

it('continues an upload whose parts were acknowledged before the SIGKILL', async () => {
  const Key = 'upload';
  const parts = [randomBody(5 << 20), randomBody(6 << 20), randomBody(100)];
  const { UploadId } = await server.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const about = { Bucket, Key, UploadId };
  for (const index of [0, 1])
    await server.s3.send(new UploadPartCommand({ ...about, PartNumber: index + 1, Body: parts[index] }));
  await killAndRestart();
  expect(await refusal(found(Key))).toBe('404 NoSuchKey');
  const { Parts = [] } = await server.s3.send(new ListPartsCommand(about));
  expect(Parts.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
    [1, 5 << 20],
    [2, 6 << 20],
  ]);
  const last = await server.s3.send(new UploadPartCommand({ ...about, PartNumber: 3, Body: parts[2] }));
  const claims = [...Parts, { PartNumber: 3, ETag: last.ETag }].map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
  await server.s3.send(new CompleteMultipartUploadCommand({ ...about, MultipartUpload: { Parts: claims } }));
  await killAndRestart();
  expectBytes(await found(Key), Buffer.concat(parts));
});
