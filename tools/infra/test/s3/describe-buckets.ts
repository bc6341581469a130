import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { put, randomKey, refusal } from './s3-under-test.ts';
import type { Suite } from './s3-under-test.ts';

export function describeBuckets(suite: () => Suite): void {
  describe('buckets', () => {
    it('come and go, when empty', async () => {
      const { s3 } = suite();
      const Bucket = randomKey();
      await s3.send(new CreateBucketCommand({ Bucket }));
      await s3.send(new HeadBucketCommand({ Bucket }));
      await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
      expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toContain(Bucket);
      expect(await refusal(s3.send(new DeleteBucketCommand({ Bucket })))).toBe('409 BucketNotEmpty');
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
      await s3.send(new DeleteBucketCommand({ Bucket }));
      expect(await refusal(s3.send(new HeadBucketCommand({ Bucket })))).toBe('404 NotFound');
    });

    it('are made once', async () => {
      const { s3, bucket } = suite();
      expect(await refusal(s3.send(new CreateBucketCommand({ Bucket: bucket })))).toMatch(/^409 BucketAlready/);
    });

    it.each(['UPPER', 'a', 'under_score', 'dots..dots', '-dash'])('have no name like %s', async (Bucket) => {
      expect(await refusal(suite().s3.send(new CreateBucketCommand({ Bucket })))).toBe('400 InvalidBucketName');
    });
  });

  describe('a key that is confined to a bucket', () => {
    it('does everything there', async () => {
      const { confined, ...server } = suite().server;
      const s3 = server.client(confined.credentials);
      const about = { Bucket: confined.bucket, Key: randomKey() };
      await s3.send(new PutObjectCommand({ ...about, Body: 'mine' }));
      const { Body } = await s3.send(new GetObjectCommand(about));
      expect(await Body?.transformToString()).toBe('mine');
      expect((await s3.send(new ListBucketsCommand({}))).Buckets).toMatchObject([{ Name: confined.bucket }]);
    });

    it('does nothing in another one, whether that exists or not', async () => {
      const { server, bucket } = suite();
      const s3 = server.client(server.confined.credentials);
      await put(suite(), 'secret', 'theirs');
      for (const Bucket of [bucket, randomKey()]) {
        const about = { Bucket, Key: 'secret' };
        expect(await refusal(s3.send(new GetObjectCommand(about)))).toBe('403 AccessDenied');
        expect(await refusal(s3.send(new PutObjectCommand({ ...about, Body: 'x' })))).toBe('403 AccessDenied');
        expect(await refusal(s3.send(new DeleteObjectCommand(about)))).toBe('403 AccessDenied');
        expect(await refusal(s3.send(new ListObjectsV2Command({ Bucket })))).toBe('403 AccessDenied');
        expect(await refusal(s3.send(new CreateMultipartUploadCommand(about)))).toBe('403 AccessDenied');
        expect(await refusal(s3.send(new CreateBucketCommand({ Bucket })))).toBe('403 AccessDenied');
      }
    });

    it('cannot copy from another one', async () => {
      const { server, bucket } = suite();
      const { credentials, bucket: Bucket } = server.confined;
      await put(suite(), 'secret', 'theirs');
      const copy = new CopyObjectCommand({ Bucket, Key: 'stolen', CopySource: `${bucket}/secret` });
      expect(await refusal(server.client(credentials).send(copy))).toBe('403 AccessDenied');
    });
  });
}
