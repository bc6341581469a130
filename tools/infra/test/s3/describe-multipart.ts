import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type {
  CompletedPart,
  CompleteMultipartUploadCommandInput,
  ListMultipartUploadsCommandOutput,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, it } from 'vitest';
import { expectBytes, put, randomBody, randomKey, read, refusal } from './s3-under-test.ts';
import type { Suite } from './s3-under-test.ts';

const MIB = 1 << 20;

export function describeMultipart(suite: () => Suite): void {
  const begin = async (key = randomKey()): Promise<Upload> => {
    const { s3, bucket } = suite();
    const { UploadId = '' } = await s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: key }));
    return new Upload(suite(), key, UploadId);
  };

  describe('multipart uploads', () => {
    const [a, b, c] = [randomBody(5 * MIB), randomBody(5 * MIB + 7), randomBody(1_000)];

    it('make one object of parts that were sent in any order and at once', async () => {
      const upload = await begin();
      const parts = await Promise.all([upload.send(30, c), upload.send(1, a), upload.send(2, b)]);
      const { ETag } = await upload.complete(parts.sort(byNumber));
      const digests = [a, b, c].map((part) => createHash('md5').update(part).digest());
      expect(ETag).toBe(`"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-3"`);
      expectBytes(await read(suite(), upload.key), Buffer.concat([a, b, c]));
      const across = await read(suite(), upload.key, { Range: `bytes=${5 * MIB - 3}-${5 * MIB + 2}` });
      expectBytes(across, Buffer.concat([a.subarray(-3), b.subarray(0, 3)]));
    });

    it('show nothing of an object before it is complete, and the old one until then', async () => {
      const upload = await begin();
      await put(suite(), upload.key, 'old');
      const part = await upload.send(1, c);
      expect((await read(suite(), upload.key)).toString()).toBe('old');
      await upload.complete([part]);
      expectBytes(await read(suite(), upload.key), c);
    });

    it('take a part that is sent again in place of the first', async () => {
      const upload = await begin();
      const first = await upload.send(1, randomBody(2_000));
      const second = await upload.send(1, c);
      expect(await refusal(upload.complete([first]))).toBe('400 InvalidPart');
      await upload.complete([second]);
      expectBytes(await read(suite(), upload.key), c);
    });

    it('leave out the parts that completion does not name', async () => {
      const upload = await begin();
      await upload.send(1, a);
      const second = await upload.send(2, c);
      await upload.complete([second]);
      expectBytes(await read(suite(), upload.key), c);
    });

    it('refuse parts out of order, small ones before the last, and none at all', async () => {
      const upload = await begin();
      const [first, second] = [await upload.send(1, c), await upload.send(2, c)];
      expect(await refusal(upload.complete([second, first]))).toBe('400 InvalidPartOrder');
      expect(await refusal(upload.complete([first, second]))).toBe('400 EntityTooSmall');
      expect(await refusal(upload.complete([]))).toBe('400 MalformedXML');
      expect(await refusal(upload.send(10_001, c))).toBe('400 InvalidArgument');
      await upload.complete([first]);
    });

    it('list their parts in pages', async () => {
      const { s3, bucket } = suite();
      const upload = await begin();
      for (const number of [7, 2, 5]) await upload.send(number, c);
      const about = { Bucket: bucket, Key: upload.key, UploadId: upload.id, MaxParts: 2 };
      const page = await s3.send(new ListPartsCommand(about));
      expect(page.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
        [2, c.length],
        [5, c.length],
      ]);
      const rest = await s3.send(new ListPartsCommand({ ...about, PartNumberMarker: page.NextPartNumberMarker }));
      expect(rest).toMatchObject({ IsTruncated: false, Parts: [{ PartNumber: 7, Size: c.length }] });
    });

    it('are gone when aborted', async () => {
      const upload = await begin();
      const part = await upload.send(1, c);
      await upload.abort();
      expect(await refusal(upload.send(2, c))).toBe('404 NoSuchUpload');
      expect(await refusal(upload.complete([part]))).toBe('404 NoSuchUpload');
      expect(await refusal(read(suite(), upload.key))).toBe('404 NoSuchKey');
    });

    it('are listed by prefix and in pages until they end', async () => {
      const { s3, bucket } = suite();
      const prefix = randomKey();
      const uploads = [await begin(`${prefix}/a`), await begin(`${prefix}/a`), await begin(`${prefix}/b`)];
      const found: (string | undefined)[] = [];
      let at: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | undefined = {};
      while (at !== undefined) {
        const page = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, MaxUploads: 1, ...at });
        const answer: ListMultipartUploadsCommandOutput = await s3.send(page);
        found.push(...(answer.Uploads ?? []).map(({ UploadId }) => UploadId));
        const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = answer;
        at = answer.IsTruncated === true ? { KeyMarker, UploadIdMarker } : undefined;
      }
      expect(found.sort()).toEqual(uploads.map(({ id }) => id).sort());
      for (const upload of uploads) await upload.abort();
      const left = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }));
      expect(left.Uploads ?? []).toEqual([]);
    });

    it('take parts from other objects, whole or by range', async () => {
      const { s3, bucket } = suite();
      const source = randomKey();
      await put(suite(), source, b);
      const upload = await begin();
      const about = { Bucket: bucket, Key: upload.key, UploadId: upload.id, CopySource: `${bucket}/${source}` };
      const whole = await s3.send(new UploadPartCopyCommand({ ...about, PartNumber: 1 }));
      const range = { CopySourceRange: 'bytes=100-299' };
      const slice = await s3.send(new UploadPartCopyCommand({ ...about, PartNumber: 2, ...range }));
      const beyond = { CopySourceRange: `bytes=0-${b.length}` };
      const refused = s3.send(new UploadPartCopyCommand({ ...about, PartNumber: 3, ...beyond }));
      expect(await refusal(refused)).toMatch(/^4/);
      const parts = [whole, slice].map(({ CopyPartResult }, n) => ({ PartNumber: n + 1, ETag: CopyPartResult?.ETag }));
      await upload.complete(parts);
      expectBytes(await read(suite(), upload.key), Buffer.concat([b, b.subarray(100, 300)]));
    });

    it('prove their parts by SHA-256, which refuses a damaged part', async () => {
      const { s3, bucket } = suite();
      const sha256 = (body: Buffer): string => createHash('sha256').update(body).digest('base64');
      const upload = await begin();
      const damaged = Buffer.concat([c.subarray(1), Buffer.of(0)]);
      expect(await refusal(upload.send(1, damaged, sha256(c)))).toBe('400 BadDigest');
      const parts = [await upload.send(1, a, sha256(a)), await upload.send(2, c, sha256(c))];
      await upload.complete(parts);
      expectBytes(await read(suite(), upload.key), Buffer.concat([a, c]));
      const { ContentLength } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: upload.key }));
      expect(ContentLength).toBe(a.length + c.length);
    });

    it('tell a part from another one of the same number by its etag, also when the client hashed neither', async () => {
      const upload = await begin();
      const url = await getSignedUrl(suite().s3, new UploadPartCommand({ ...upload.about(), PartNumber: 1 }));
      const send = async (body: string): Promise<string | null> =>
        (await fetch(url, { method: 'PUT', body })).headers.get('etag');
      const [first, second] = [await send('first'), await send('second')];
      expect(first).toMatch(/^"[0-9a-f]{32}"$/);
      expect(second).not.toBe(first);
      expect(await send('second')).toBe(second); // sent again by a writer that was thought dead, it spoils nothing
      expect(await refusal(upload.complete([{ PartNumber: 1, ETag: first ?? '' }]))).toBe('400 InvalidPart');
      await upload.complete([{ PartNumber: 1, ETag: second ?? '' }]);
      expect((await read(suite(), upload.key)).toString()).toBe('second');
    });

    it('never replace an object when asked to create', async () => {
      const upload = await begin();
      const part = await upload.send(1, c);
      await put(suite(), upload.key, 'was first');
      expect(await refusal(upload.complete([part], { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed');
      expect((await read(suite(), upload.key)).toString()).toBe('was first');
      await upload.abort();
    });
  });
}

class Upload {
  readonly #suite: Suite;
  readonly key: string;
  readonly id: string;

  constructor(suite: Suite, key: string, id: string) {
    this.#suite = suite;
    this.key = key;
    this.id = id;
  }

  async send(PartNumber: number, Body: Buffer, ChecksumSHA256?: string): Promise<CompletedPart> {
    const part = new UploadPartCommand({ ...this.about(), PartNumber, Body, ChecksumSHA256 });
    const { ETag } = await this.#suite.s3.send(part);
    return { PartNumber, ETag };
  }

  complete(
    Parts: CompletedPart[],
    conditions: Pick<CompleteMultipartUploadCommandInput, 'IfNoneMatch'> = {},
  ): Promise<{ ETag?: string | undefined }> {
    const parts = { MultipartUpload: { Parts } };
    return this.#suite.s3.send(new CompleteMultipartUploadCommand({ ...this.about(), ...parts, ...conditions }));
  }

  async abort(): Promise<void> {
    await this.#suite.s3.send(new AbortMultipartUploadCommand(this.about()));
  }

  about(): { Bucket: string; Key: string; UploadId: string } {
    return { Bucket: this.#suite.bucket, Key: this.key, UploadId: this.id };
  }
}

function byNumber(left: CompletedPart, right: CompletedPart): number {
  return (left.PartNumber ?? 0) - (right.PartNumber ?? 0);
}
