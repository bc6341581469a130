import { createHash } from 'node:crypto';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { expectBytes, put, randomBody, randomKey, read, refusal } from './s3-under-test.ts';
import type { Suite } from './s3-under-test.ts';

export function describeChecksums(suite: () => Suite): void {
  describe('checksums', () => {
    const body = randomBody(70_001);

    it('uses the MD5 of an object put at once as its etag', async () => {
      const { ETag } = await put(suite(), randomKey(), body);
      expect(ETag).toBe(`"${createHash('md5').update(body).digest('hex')}"`);
    });

    it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
      'accepts what the SDK computes as %s, and gives it back',
      async (ChecksumAlgorithm) => {
        const { s3, bucket } = suite();
        const Key = randomKey();
        const sent = await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: body, ChecksumAlgorithm }));
        const found = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key, ChecksumMode: 'ENABLED' }));
        expect(found[`Checksum${ChecksumAlgorithm}`]).toMatch(/^[A-Za-z0-9+/]+=*$/);
        expect(sent[`Checksum${ChecksumAlgorithm}`]).toBe(found[`Checksum${ChecksumAlgorithm}`]);
        // The SDK computes it again over what it reads, and would throw.
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key, ChecksumMode: 'ENABLED' }));
        expectBytes((await Body?.transformToByteArray()) ?? [], body);
      },
    );

    it.each([
      ['SHA-256', { ChecksumSHA256: createHash('sha256').update('something else').digest('base64') }],
      ['CRC-32', { ChecksumCRC32: 'AAAAAA==' }],
      ['MD5', { ContentMD5: createHash('md5').update('something else').digest('base64') }],
    ])('refuses a body whose %s is another, and stores nothing', async (_name, promise) => {
      const { s3, bucket } = suite();
      const Key = randomKey();
      const attempt = s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: body, ...promise }));
      expect(await refusal(attempt)).toBe('400 BadDigest');
      expect(await refusal(read(suite(), Key))).toBe('404 NoSuchKey');
    });

    it('refuses an MD5 that is none', async () => {
      const { s3, bucket } = suite();
      const attempt = s3.send(
        new PutObjectCommand({ Bucket: bucket, Key: randomKey(), Body: body, ContentMD5: 'abc' }),
      );
      expect(await refusal(attempt)).toBe('400 InvalidDigest');
    });
  });
}
