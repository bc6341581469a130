import { createHash, randomBytes } from 'node:crypto';
import { type ObjectStore, S3ObjectStore, type MultipartUpload } from '@imago/object-store';
import { testEnvironment } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReceivedFile, type StoredParts } from './received-file.ts';

const MIB = 2 ** 20;
const PART = 5 * MIB;

let env: Awaited<ReturnType<typeof testEnvironment<{ s3: true }>>>;
let store: ObjectStore;

beforeAll(async () => {
  env = await testEnvironment({ s3: true });
  store = new S3ObjectStore(env.s3);
});
afterAll(() => env.close());

function receive(upload: MultipartUpload, most: number, signal = new AbortController().signal): ReceivedFile {
  return new ReceivedFile({ store, upload, partSize: PART, most, signal });
}

async function pour(content: Buffer, file: ReceivedFile, chunk: number): Promise<StoredParts> {
  for (let at = 0; at < content.length; at += chunk) await file.write(content.subarray(at, at + chunk));
  try {
    return await file.finish();
  } finally {
    await file.close();
  }
}

const hashOf = (algorithm: string, bytes: Buffer): string => createHash(algorithm).update(bytes).digest('hex');

describe('a file that comes in', () => {
  it.each([
    ['a byte', 1, 1],
    ['less than a slab', MIB - 1, 65_536],
    ['a slab', MIB, 65_536],
    ['a part and a byte', PART + 1, 65_536],
    ['many parts, far more than is kept in memory', 80 * MIB + 12_345, 3 * MIB + 7],
  ])('is stored whole with its hashes: %s', async (_name, size, chunk) => {
    const content = randomBytes(size);
    const upload = await store.createMultipart(`images/received-${size}`);
    const stored = await pour(content, receive(upload, 100 * MIB), chunk);
    const { size: storedSize, md5, sha512, parts } = stored;
    expect({ size: storedSize, md5, sha512 }).toEqual({
      size,
      md5: hashOf('md5', content),
      sha512: hashOf('sha512', content),
    });
    expect(parts.map((part) => part.part_number)).toEqual(parts.map((_, index) => index + 1));
    await store.completeMultipart(upload, parts);
    expect((await store.read(upload.key, { length: size })).equals(content)).toBe(true);
  });

  it('of no bytes has no parts', async () => {
    const upload = await store.createMultipart('images/received-nothing');
    const stored = await pour(Buffer.alloc(0), receive(upload, 100), 1);
    expect(stored).toMatchObject({ size: 0, parts: [], md5: hashOf('md5', Buffer.alloc(0)) });
    await store.abortMultipart(upload);
  });

  it('fails with the error of the store, at the next byte or at the end', async () => {
    const upload = await store.createMultipart('images/received-gone');
    await store.abortMultipart(upload);
    await expect(pour(randomBytes(30 * MIB), receive(upload, 100 * MIB), MIB)).rejects.toMatchObject({
      name: 'ObjectNotFoundError',
    });
  });

  it('ends with the reason of an abort, and sends nothing to the store after that', async () => {
    const upload = await store.createMultipart('images/received-aborted');
    const abort = new AbortController();
    const file = receive(upload, 100 * MIB, abort.signal);
    await file.write(randomBytes(12 * MIB));
    abort.abort(new Error('cut'));
    await expect(file.write(Buffer.alloc(1))).rejects.toThrow('cut');
    await expect(file.finish()).rejects.toThrow('cut');
    await file.close();
    await store.abortMultipart(upload);
    expect(await store.listMultiparts(upload.key)).toEqual([]);
  });
});
