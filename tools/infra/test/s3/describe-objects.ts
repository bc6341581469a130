import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { expectBytes, put, randomBody, randomKey, read, refusal } from './s3-under-test.ts';
import type { Suite } from './s3-under-test.ts';

/** Keys that a server could take for something else: a path, a query, an encoding, markup. */
const ODD_KEYS = [
  'with space and + plus',
  '../../etc/passwd',
  'a//b/./c/',
  '/leading',
  'per%20cent%2Fencoded',
  'query?x=1&y=2#z',
  '映像/镜像 ✓ 𝄞.qcow2',
  `<tag> & "quote" 'apostrophe'`,
  "!*'()~_-.",
];

export function describeObjects(suite: () => Suite): void {
  describe('objects', () => {
    it('gives back the bytes, the type and the metadata it was given', async () => {
      const { s3, bucket } = suite();
      const Key = randomKey();
      const body = randomBody(300_000);
      const about = { ContentType: 'application/x-qcow2', CacheControl: 'no-store', Metadata: { os: 'debian 12' } };
      const { ETag } = await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: body, ...about }));
      expect(await s3.send(new HeadObjectCommand({ Bucket: bucket, Key }))).toMatchObject({
        ...about,
        ContentLength: body.length,
        ETag,
        LastModified: expect.any(Date),
      });
      expectBytes(await read(suite(), Key), body);
    });

    it('stores an object without bytes', async () => {
      const key = randomKey();
      await put(suite(), key, Buffer.alloc(0));
      expectBytes(await read(suite(), key), Buffer.alloc(0));
    });

    it('stores a stream whose length is known', async () => {
      const { s3, bucket } = suite();
      const Key = randomKey();
      const pieces = Array.from({ length: 50 }, (_, n) => randomBody(1 + n * 2_001));
      const body = Buffer.concat(pieces);
      await s3.send(
        new PutObjectCommand({ Bucket: bucket, Key, Body: Readable.from(pieces), ContentLength: body.length }),
      );
      expectBytes(await read(suite(), Key), body);
    });

    it.each(ODD_KEYS)('keeps an object under the key %j', async (key) => {
      const { s3, bucket } = suite();
      const Key = `${key}${randomKey()}`;
      await put(suite(), Key, key);
      expect((await read(suite(), Key)).toString()).toBe(key);
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
      expect(await refusal(read(suite(), Key))).toBe('404 NoSuchKey');
    });

    it('refuses a key that is longer than 1024 bytes', async () => {
      await put(suite(), 'k'.repeat(1_024), 'x');
      expect(await refusal(put(suite(), 'k'.repeat(1_025), 'x'))).toBe('400 KeyTooLongError');
    });

    it('replaces an object whole', async () => {
      const key = randomKey();
      const first = await put(suite(), key, 'the first, longer text');
      const second = await put(suite(), key, 'the second');
      expect(second.ETag).not.toBe(first.ETag);
      expect((await read(suite(), key)).toString()).toBe('the second');
    });

    it('says what is missing', async () => {
      const { s3, bucket } = suite();
      expect(await refusal(read(suite(), randomKey()))).toBe('404 NoSuchKey');
      expect(await refusal(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: randomKey() })))).toBe('404 NotFound');
      expect(await refusal(s3.send(new GetObjectCommand({ Bucket: randomKey(), Key: 'k' })))).toBe('404 NoSuchBucket');
    });

    it('deletes what is there, and what is not there without complaint', async () => {
      const { s3, bucket } = suite();
      const Key = randomKey();
      await put(suite(), Key, 'x');
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
      expect(await refusal(read(suite(), Key))).toBe('404 NoSuchKey');
    });

    it('deletes many in one request', async () => {
      const { s3, bucket } = suite();
      const keys = [randomKey(), `<&"> ${randomKey()}`, `映 ${randomKey()}`];
      for (const key of keys) await put(suite(), key, 'x');
      const Objects = [...keys, 'never-there'].map((Key) => ({ Key }));
      const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
      expect(Deleted?.map(({ Key }) => Key).sort()).toEqual([...keys, 'never-there'].sort());
      expect(Errors ?? []).toEqual([]);
      for (const key of keys) expect(await refusal(read(suite(), key))).toBe('404 NoSuchKey');
    });

    it('copies an object with its metadata, which outlives its source', async () => {
      const { s3, bucket } = suite();
      const [source, Key] = [`映 ${randomKey()}`, randomKey()];
      const body = randomBody(100_000);
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: source, Body: body, Metadata: { os: 'debian' } }));
      const CopySource = encodeURIComponent(`${bucket}/${source}`);
      await s3.send(new CopyObjectCommand({ Bucket: bucket, Key, CopySource }));
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: source }));
      expectBytes(await read(suite(), Key), body);
      expect((await s3.send(new HeadObjectCommand({ Bucket: bucket, Key }))).Metadata).toEqual({ os: 'debian' });
    });

    it('copies an object onto itself to change its metadata', async () => {
      const { s3, bucket } = suite();
      const Key = randomKey();
      await put(suite(), Key, 'kept');
      const change = { MetadataDirective: 'REPLACE', Metadata: { os: 'alpine' } } as const;
      await s3.send(new CopyObjectCommand({ Bucket: bucket, Key, CopySource: `${bucket}/${Key}`, ...change }));
      expect((await s3.send(new HeadObjectCommand({ Bucket: bucket, Key }))).Metadata).toEqual({ os: 'alpine' });
      expect((await read(suite(), Key)).toString()).toBe('kept');
    });
  });

  describe('ranges', () => {
    const body = randomBody(10_000);
    it.each([
      ['bytes=0-99', 0, 100],
      ['bytes=5000-5000', 5_000, 5_001],
      ['bytes=9990-', 9_990, 10_000],
      ['bytes=-10', 9_990, 10_000],
      ['bytes=9990-99999', 9_990, 10_000],
      ['bytes=-99999', 0, 10_000],
    ])('answers %s with those bytes alone', async (Range, from, to) => {
      const { s3, bucket } = suite();
      await put(suite(), 'ranged', body);
      const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'ranged', Range }));
      expect(answer.$metadata.httpStatusCode).toBe(206);
      expect(answer.ContentRange).toBe(`bytes ${from}-${to - 1}/10000`);
      expect(answer.ContentLength).toBe(to - from);
      expectBytes((await answer.Body?.transformToByteArray()) ?? [], body.subarray(from, to));
    });

    it.each(['bytes=10000-', 'bytes=10000-10001', 'bytes=-0'])('refuses %s, of which no byte exists', async (Range) => {
      await put(suite(), 'ranged', body);
      expect(await refusal(read(suite(), 'ranged', { Range }))).toBe('416 InvalidRange');
    });
  });
}
