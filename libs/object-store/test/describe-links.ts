import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { parse as parseDisposition } from 'content-disposition';
import { describe, expect, it } from 'vitest';
import { LONGEST_LINK, type ObjectStore, type PartLink } from '../src/index.ts';

const MINUTE = 60;

/** What the port promises of links, to who has nothing but the link. */
export function describeLinks(opened: () => ObjectStore): void {
  describe('a link to an object', () => {
    it('reads it without a key, whole and in part, and names the file it is saved as', async () => {
      const store = opened();
      const key = `${randomUUID()}/ä 文件 & more?.qcow2`;
      await store.put(key, Buffer.from('for you'));
      const filename = '映像 "one"; v2.qcow2';
      const url = await store.presignGet(key, { expires_in: MINUTE, filename });
      const whole = await fetch(url);
      expect(await whole.text()).toBe('for you');
      expect(whole.headers.get('content-type')).toBe('application/octet-stream');
      expect(parseDisposition(whole.headers.get('content-disposition') ?? '')).toMatchObject({
        type: 'attachment',
        parameters: { filename },
      });
      const part = await fetch(url, { headers: { range: 'bytes=4-' } });
      expect([part.status, await part.text()]).toEqual([206, 'you']);
    });

    it('leads to that object alone, and lives no longer than it was given', async () => {
      const store = opened();
      const [key, other] = [randomUUID(), randomUUID()];
      await store.put(key, Buffer.from('for you'));
      await store.put(other, Buffer.from('not for you'));
      const url = await store.presignGet(key, { expires_in: MINUTE, filename: 'disk' });
      for (const tampered of [url.replace(key, other), url.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000')]) {
        expect(tampered).not.toBe(url);
        expect((await fetch(tampered)).status).toBe(403);
      }
      expect((await fetch(url, { method: 'PUT', body: 'mine' })).status).toBe(403);
    });

    it.each([0, -1, 0.5, NaN, LONGEST_LINK + 1])('is not made for %d seconds', async (expires_in) => {
      await expect(opened().presignGet('k', { expires_in, filename: 'disk' })).rejects.toThrow(RangeError);
    });
  });

  describe('a link for a part', () => {
    const [first, last] = [randomBytes(5 * 2 ** 20), randomBytes(1_000)];

    it('takes it without a key, and the upload is completed with it like with any other', async () => {
      const store = opened();
      const upload = await store.createMultipart(randomUUID());
      const link = await store.presignUploadPart(upload, 1, told(first));
      const answer = await sent(link, first);
      expect(answer.status).toBe(200);
      const part = { part_number: 1, etag: answer.headers.get('etag')?.replaceAll('"', '') ?? '' };
      expect(await store.listParts(upload)).toEqual([part]);
      expect((await sent(link, first)).status).toBe(200); // its answer may have been lost
      const end = await store.uploadPart(upload, 2, last);
      await store.completeMultipart(upload, [part, end]);
      expect(Buffer.concat([first, last]).equals(await buffer(await store.stream(upload.key)))).toBe(true);
      await expect(store.presignUploadPart(upload, 1, { ...told(first), md5: 'no' })).rejects.toThrow(RangeError);
    });

    it.each<[string, (link: PartLink) => Promise<Response>, number]>([
      ['are other bytes', (link) => sent(link, Buffer.concat([last.subarray(1), Buffer.of(0)])), 400],
      ['are more', (link) => sent(link, Buffer.concat([last, last])), 403],
      ['are fewer', (link) => sent(link, last.subarray(1)), 403],
      ['are none', (link) => sent(link, Buffer.alloc(0)), 403],
      ['come without their checksum', (link) => sent({ ...link, headers: {} }, last), 403],
      ['come with their own checksum', (link) => sent(link, first.subarray(0, 1_000), told(first).md5), 403],
      ['come as another part', (link) => sent({ ...link, url: link.url.replace('Number=7', 'Number=8') }, last), 403],
    ])('takes no bytes that %s', async (_what, send, status) => {
      const store = opened();
      const upload = await store.createMultipart(randomUUID());
      const answer = await send(await store.presignUploadPart(upload, 7, told(last)));
      expect(answer.status).toBe(status);
      expect(await store.listParts(upload)).toEqual([]);
      await store.abortMultipart(upload);
    });
  });
}

function told(body: Buffer): { readonly expires_in: number; readonly bytes: number; readonly md5: string } {
  return { expires_in: MINUTE, bytes: body.length, md5: createHash('md5').update(body).digest('hex') };
}

function sent(link: PartLink, body: Buffer, md5?: string): Promise<Response> {
  const headers = md5 === undefined ? link.headers : { 'content-md5': Buffer.from(md5, 'hex').toString('base64') };
  return fetch(link.url, { method: 'PUT', body: new Uint8Array(body), headers });
}
