import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, it } from 'vitest';
import { put, randomKey, read, refusal } from './s3-under-test.ts';
import type { Suite } from './s3-under-test.ts';

const DAY_MS = 86_400_000;

export function describeAccess(suite: () => Suite): void {
  const presignedGet = async (Key: string, from?: { signingDate?: Date; s3?: S3Client }): Promise<string> => {
    const { s3, bucket } = suite();
    const { s3: client = s3, ...date } = from ?? {};
    return getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key }), { expiresIn: 60, ...date });
  };

  describe('presigned URLs', () => {
    it('read an object without a key, also in part', async () => {
      const Key = `映 & ${randomKey()}`;
      await put(suite(), Key, 'for you');
      const url = await presignedGet(Key);
      expect(await (await fetch(url)).text()).toBe('for you');
      expect(await (await fetch(url, { headers: { range: 'bytes=4-' } })).text()).toBe('you');
    });

    it('write an object without a key', async () => {
      const { s3, bucket } = suite();
      const Key = randomKey();
      const command = new PutObjectCommand({ Bucket: bucket, Key, ContentType: 'text/plain' });
      const url = await getSignedUrl(s3, command, { signableHeaders: new Set(['content-type']) });
      const headers = { 'content-type': 'text/plain' };
      const answer = await fetch(url, { method: 'PUT', body: 'from a browser', headers });
      expect(answer.status).toBe(200);
      expect((await read(suite(), Key)).toString()).toBe('from a browser');
      const other = await fetch(url, { method: 'PUT', body: 'x', headers: { 'content-type': 'text/html' } });
      expect(await refusalIn(other)).toBe('403 SignatureDoesNotMatch');
    });

    it('serve pages of any origin, which may send the headers that prove a body and read the ETag', async () => {
      const { s3, bucket } = suite();
      const body = 'from a page';
      const ContentMD5 = createHash('md5').update(body).digest('base64');
      const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket: bucket, Key: randomKey(), ContentMD5 }));
      const origin = 'https://console.example';
      const asks = { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-md5' };
      const preflight = await fetch(url, { method: 'OPTIONS', headers: asks });
      expect(preflight.status).toBe(200);
      expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
      expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT');
      expect(preflight.headers.get('access-control-allow-headers')).toContain('content-md5');
      const answer = await fetch(url, { method: 'PUT', body, headers: { origin, 'content-md5': ContentMD5 } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('access-control-expose-headers')?.split(', ')).toContain('etag');
    });

    it('end', async () => {
      const url = await presignedGet(randomKey(), { signingDate: new Date(Date.now() - DAY_MS) });
      expect(await refusalIn(await fetch(url))).toBe('403 AccessDenied');
    });

    it('work for what they were signed for and nothing else', async () => {
      const [key, other] = [randomKey(), randomKey()];
      await put(suite(), key, 'for you');
      await put(suite(), other, 'not for you');
      const url = await presignedGet(key);
      const tampered = [
        url.replace(key, other),
        url.replace('X-Amz-Expires=60', 'X-Amz-Expires=61'),
        `${url}&response-content-type=text%2Fhtml`,
        url.replace(/X-Amz-Signature=./, (text) => `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`),
      ];
      for (const one of tampered) expect(await refusalIn(await fetch(one))).toBe('403 SignatureDoesNotMatch');
      const overwrite = await fetch(url, { method: 'PUT', body: 'x' });
      expect(await refusalIn(overwrite)).toBe('403 SignatureDoesNotMatch');
    });

    it('say how the answer shall be saved', async () => {
      const { s3, bucket } = suite();
      const Key = randomKey();
      await put(suite(), Key, 'x');
      const ResponseContentDisposition = 'attachment; filename="disk.qcow2"';
      const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key, ResponseContentDisposition }));
      expect((await fetch(url)).headers.get('content-disposition')).toBe(ResponseContentDisposition);
    });
  });

  describe('access', () => {
    it('is refused without a signature', async () => {
      const { server, bucket } = suite();
      await put(suite(), 'secret', 'x');
      expect(await refusalIn(await fetch(`${server.endpoint}/${bucket}/secret`))).toBe('403 AccessDenied');
      const write = await fetch(`${server.endpoint}/${bucket}/secret`, { method: 'PUT', body: 'y' });
      expect(await refusalIn(write)).toBe('403 AccessDenied');
    });

    it('is refused to an unknown key and to a wrong secret', async () => {
      const { server, bucket } = suite();
      const stranger = server.client({ accessKeyId: 'nobody', secretAccessKey: 'guessed-secret' });
      const guesser = server.client({ ...server.owner, secretAccessKey: 'guessed-secret' });
      const get = new GetObjectCommand({ Bucket: bucket, Key: 'secret' });
      expect(await refusal(stranger.send(get))).toBe('403 InvalidAccessKeyId');
      expect(await refusal(guesser.send(get))).toBe('403 SignatureDoesNotMatch');
      const url = await presignedGet('secret', { s3: guesser });
      expect(await refusalIn(await fetch(url))).toBe('403 SignatureDoesNotMatch');
    });
  });
}

async function refusalIn(response: Response): Promise<string> {
  return `${response.status} ${/<Code>(\w+)<\/Code>/.exec(await response.text())?.[1] ?? 'without a code'}`;
}
