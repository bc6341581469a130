import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openS3Process } from '../../test/s3/s3-process.ts';
import type { S3ProcessUnderTest } from '../../test/s3/s3-process.ts';
import { randomBody } from '../../test/s3/s3-under-test.ts';

const MIB = 1 << 20;
const BIG = 512 * MIB;
const Bucket = 'streaming';

let directory: string;
let server: S3ProcessUnderTest;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'imago-s3-'));
  server = await openS3Process(directory);
  await server.s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

it('holds no more of a large object in memory than of a small one', async () => {
  const sent = createHash('md5');
  const Body = Readable.from(hashed(randomBlocks(BIG), sent), { objectMode: false, highWaterMark: MIB });
  await server.s3.send(new PutObjectCommand({ Bucket, Key: 'big', Body, ContentLength: BIG }));
  const received = createHash('md5');
  const answer = await server.s3.send(new GetObjectCommand({ Bucket, Key: 'big' }));
  let bytes = 0;
  for await (const chunk of hashed(answer.Body as Readable, received)) bytes += chunk.length;
  expect(bytes).toBe(BIG);
  expect(received.digest('hex')).toBe(sent.digest('hex'));
  expect(await server.peakMemory()).toBeLessThan(250);
});

it('serves hundreds of requests at once, each with its own bytes', async () => {
  const { s3 } = server;
  const bodies = Array.from({ length: 300 }, (_, n) => randomBody(n * 400));
  await Promise.all(bodies.map((Body, n) => s3.send(new PutObjectCommand({ Bucket, Key: `small-${n}`, Body }))));
  const found = await Promise.all(
    bodies.map(async (_, n) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: `small-${n}` }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    }),
  );
  expect(bodies.filter((body, n) => found[n]?.equals(body) !== true)).toEqual([]);
  expect(await server.peakMemory()).toBeLessThan(250);
});

function* randomBlocks(size: number): Generator<Buffer> {
  const block = randomBody(MIB);
  for (let at = 0; at < size; at += block.length) {
    block.writeUInt32LE(at / MIB); // no two alike
    yield Buffer.from(block);
  }
}

async function* hashed(
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
