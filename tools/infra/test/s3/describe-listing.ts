import { CreateBucketCommand, ListObjectsCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { ListObjectsV2CommandInput } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomKey, refusal } from './s3-under-test.ts';
import type { Suite } from './s3-under-test.ts';

/** In S3's order, which is that of the UTF-8 bytes: U+FF5E sorts before the surrogate pair of U+1D11E. */
const KEYS = ['a', 'a/1', 'a/2', 'a/deep/1', 'a/deep/2', 'b & <c>', 'b/1', 'c', '映像', '\uff5e', '𝄞'];

export function describeListing(suite: () => Suite): void {
  describe('listing', () => {
    const Bucket = randomKey();

    beforeAll(async () => {
      const { s3 } = suite();
      await s3.send(new CreateBucketCommand({ Bucket }));
      const shuffled = [...KEYS].sort((left, right) => (left < right ? 1 : -1));
      for (const Key of shuffled) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    });

    /** All pages: keys and, marked, common prefixes, in the order they come. */
    const list = async (input: Omit<ListObjectsV2CommandInput, 'Bucket'> = {}): Promise<string[][]> => {
      const pages: string[][] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await suite().s3.send(new ListObjectsV2Command({ Bucket, ...input, ContinuationToken }));
        const keys = page.Contents?.map(({ Key = '' }) => Key) ?? [];
        const prefixes = page.CommonPrefixes?.map(({ Prefix = '' }) => `prefix ${Prefix}`) ?? [];
        expect(page.KeyCount).toBe(keys.length + prefixes.length);
        pages.push([...keys, ...prefixes]);
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      return pages;
    };

    it('answers all keys in the order of their bytes', async () => {
      expect(await list()).toEqual([KEYS]);
    });

    it('tells size, etag and time of each object', async () => {
      const { Contents } = await suite().s3.send(new ListObjectsV2Command({ Bucket, Prefix: '映像' }));
      expect(Contents).toMatchObject([{ Key: '映像', Size: 6, LastModified: expect.any(Date) }]);
      expect(Contents?.[0]?.ETag).toMatch(/^"[0-9a-f]{32}"$/);
    });

    it('answers the keys with a prefix', async () => {
      expect(await list({ Prefix: 'a/' })).toEqual([['a/1', 'a/2', 'a/deep/1', 'a/deep/2']]);
      expect(await list({ Prefix: 'nothing' })).toEqual([[]]);
    });

    it('answers in pages without loss or repetition', async () => {
      const pages = await list({ MaxKeys: 4 });
      expect(pages.map((page) => page.length)).toEqual([4, 4, 3]);
      expect(pages.flat()).toEqual(KEYS);
    });

    it('groups keys behind a delimiter', async () => {
      const groups = { Delimiter: '/' };
      expect(await list(groups)).toEqual([['a', 'b & <c>', 'c', '映像', '\uff5e', '𝄞', 'prefix a/', 'prefix b/']]);
      expect(await list({ ...groups, Prefix: 'a/' })).toEqual([['a/1', 'a/2', 'prefix a/deep/']]);
    });

    it('counts a group once in pages, however many keys it has', async () => {
      const pages = await list({ Delimiter: '/', MaxKeys: 1 });
      expect(pages.flat()).toEqual(['a', 'prefix a/', 'b & <c>', 'prefix b/', 'c', '映像', '\uff5e', '𝄞']);
    });

    it('begins after a key, whether it is there or not', async () => {
      expect((await list({ StartAfter: 'c' })).flat()).toEqual(['映像', '\uff5e', '𝄞']);
      expect((await list({ StartAfter: 'bz' })).flat()).toEqual(['c', '映像', '\uff5e', '𝄞']);
    });

    it('answers in pages also to clients of the first version', async () => {
      const { s3 } = suite();
      const first = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2 }));
      expect(first).toMatchObject({ IsTruncated: true, Contents: [{ Key: 'a' }], CommonPrefixes: [{ Prefix: 'a/' }] });
      const Marker = first.NextMarker;
      const second = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2, Marker }));
      expect(second).toMatchObject({ Contents: [{ Key: 'b & <c>' }], CommonPrefixes: [{ Prefix: 'b/' }] });
    });

    it('says that a bucket is missing', async () => {
      expect(await refusal(suite().s3.send(new ListObjectsV2Command({ Bucket: randomKey() })))).toBe(
        '404 NoSuchBucket',
      );
    });
  });
}
