import { CopyObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { put, randomKey, read, refusal } from './s3-under-test.ts';
import type { Suite } from './s3-under-test.ts';

const HOUR_MS = 3_600_000;

export function describeConditions(suite: () => Suite): void {
  describe('conditional reads', () => {
    it('reads only the version asked for', async () => {
      const key = randomKey();
      const { ETag: IfMatch } = await put(suite(), key, 'one');
      expect((await read(suite(), key, { IfMatch })).toString()).toBe('one');
      await put(suite(), key, 'two');
      expect(await refusal(read(suite(), key, { IfMatch }))).toBe('412 PreconditionFailed');
      expect(await refusal(read(suite(), key, { IfMatch, Range: 'bytes=0-0' }))).toBe('412 PreconditionFailed');
    });

    it('does not send again what the client has', async () => {
      const { s3, bucket } = suite();
      const key = randomKey();
      const { ETag: IfNoneMatch } = await put(suite(), key, 'one');
      expect(await refusal(read(suite(), key, { IfNoneMatch }))).toMatch(/^304 /);
      const head = s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, IfNoneMatch }));
      expect(await refusal(head)).toMatch(/^304 /);
      await put(suite(), key, 'two');
      expect((await read(suite(), key, { IfNoneMatch })).toString()).toBe('two');
    });

    it('compares times of modification', async () => {
      const key = randomKey();
      await put(suite(), key, 'one');
      const [past, future] = [new Date(Date.now() - HOUR_MS), new Date(Date.now() + HOUR_MS)];
      expect(await refusal(read(suite(), key, { IfUnmodifiedSince: past }))).toBe('412 PreconditionFailed');
      expect((await read(suite(), key, { IfUnmodifiedSince: future })).toString()).toBe('one');
      expect((await read(suite(), key, { IfModifiedSince: past })).toString()).toBe('one');
    });
  });

  describe('conditional writes', () => {
    const create = (key: string, body: string): Promise<unknown> => {
      const { s3, bucket } = suite();
      return s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, IfNoneMatch: '*' }));
    };

    it('creates, but never replaces, when asked to create', async () => {
      const key = randomKey();
      await create(key, 'first');
      expect(await refusal(create(key, 'second'))).toBe('412 PreconditionFailed');
      expect((await read(suite(), key)).toString()).toBe('first');
    });

    it('lets exactly one of many simultaneous creators win', async () => {
      const key = randomKey();
      const names = Array.from({ length: 20 }, (_, n) => `creator ${n}`);
      const outcomes = await Promise.allSettled(names.map((name) => create(key, name)));
      const winners = names.filter((_, n) => outcomes[n]?.status === 'fulfilled');
      expect([(await read(suite(), key)).toString()]).toEqual(winners);
    });

    it('replaces only the version the writer has seen', async () => {
      const { s3, bucket } = suite();
      const key = randomKey();
      const replace = (IfMatch: string | undefined, Body: string): Promise<{ ETag?: string | undefined }> =>
        s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body, IfMatch }));
      const first = await put(suite(), key, 'first');
      const second = await replace(first.ETag, 'second');
      expect(await refusal(replace(first.ETag, 'lost update'))).toBe('412 PreconditionFailed');
      await replace(second.ETag, 'third');
      expect((await read(suite(), key)).toString()).toBe('third');
    });

    it('copies only the version the copier has seen', async () => {
      const { s3, bucket } = suite();
      const [source, Key] = [randomKey(), randomKey()];
      const { ETag: CopySourceIfMatch } = await put(suite(), source, 'one');
      await put(suite(), source, 'two');
      const copy = new CopyObjectCommand({ Bucket: bucket, Key, CopySource: `${bucket}/${source}`, CopySourceIfMatch });
      expect(await refusal(s3.send(copy))).toBe('412 PreconditionFailed');
      expect(await refusal(read(suite(), Key))).toBe('404 NoSuchKey');
    });
  });
}
