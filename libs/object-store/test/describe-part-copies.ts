import { randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import {
  ObjectChangedError,
  ObjectNotFoundError,
  type ObjectStore,
  ObjectStoreError,
  ObjectStoreUnsupportedError,
  type PartSource,
} from '../src/index.ts';

const MIB = 2 ** 20;

/** What the port promises of parts that the store makes of bytes it has, in a bucket of this name. */
export function describePartCopies(
  opened: () => { readonly store: ObjectStore; readonly bucket: string },
  promise: (title: string, test: () => Promise<void>) => void,
): void {
  describe('a part copied by the store', () => {
    const first = randomBytes(5 * MIB);
    const second = randomBytes(MIB + 7);
    const whole = Buffer.concat([first, second]);

    /** An object, all of which is a source. */
    async function stored(key = randomUUID()): Promise<PartSource> {
      const { store, bucket } = opened();
      return { bucket, key, facts: await store.put(key, whole), offset: 0, length: whole.length };
    }

    async function storedInParts(): Promise<PartSource> {
      const { store, bucket } = opened();
      const upload = await store.createMultipart(randomUUID());
      const parts = [await store.uploadPart(upload, 1, first), await store.uploadPart(upload, 2, second)];
      const facts = await store.completeMultipart(upload, parts);
      return { bucket, key: upload.key, facts, offset: 0, length: facts.size };
    }

    it('is bytes of another object, beside parts that are sent, and stays when that object is gone', async () => {
      const { store } = opened();
      const source = await stored(`${randomUUID()}/ä 文件+&%25`);
      const upload = await store.createMultipart(randomUUID());
      const all = await store.copyPart(upload, 1, source);
      const sent = await store.uploadPart(upload, 2, first);
      const some = await store.copyPart(upload, 3, { ...source, offset: 5 * MIB - 3, length: 1_000 });
      expect([all, some].map(({ part_number }) => part_number)).toEqual([1, 3]);
      expect(await store.copyPart(upload, 1, source)).toEqual(all); // its answer may have been lost
      const facts = await store.completeMultipart(upload, [all, sent, some]);
      await store.deleteMany([source.key]);
      const expected = Buffer.concat([whole, first, whole.subarray(5 * MIB - 3, 5 * MIB + 997)]);
      expect(facts.size).toBe(expected.length);
      expect(expected.equals(await buffer(await store.stream(upload.key, { etag: facts.etag })))).toBe(true);
    });

    promise('is listed with its ETag, as parts that are sent', async () => {
      const { store } = opened();
      const upload = await store.createMultipart(randomUUID());
      const parts = [await store.copyPart(upload, 1, await stored()), await store.uploadPart(upload, 2, second)];
      expect(await store.listParts(upload)).toEqual(parts);
      await store.abortMultipart(upload);
    });

    promise('is bytes of an object that was uploaded in parts', async () => {
      const { store } = opened();
      const source = { ...(await storedInParts()), offset: 5 * MIB - 3, length: 1_000 };
      const upload = await store.createMultipart(randomUUID());
      await store.completeMultipart(upload, [await store.copyPart(upload, 1, source)]);
      const expected = whole.subarray(source.offset, source.offset + source.length);
      expect(expected.equals(await buffer(await store.stream(upload.key)))).toBe(true);
    });

    it('of such an object is never told to be of one that has changed', async () => {
      const { store } = opened();
      const upload = await store.createMultipart(randomUUID());
      const copied = await store.copyPart(upload, 1, await storedInParts()).catch((error: unknown) => error);
      if (copied instanceof Error) expect(copied).toBeInstanceOf(ObjectStoreUnsupportedError);
      else expect(copied).toMatchObject({ part_number: 1 });
      await store.abortMultipart(upload);
    });

    it('is refused when the object has other bytes by now, and nothing is kept', async () => {
      const { store } = opened();
      const source = await stored();
      await store.put(source.key, second);
      const upload = await store.createMultipart(randomUUID());
      await expect(store.copyPart(upload, 1, source)).rejects.toThrow(ObjectChangedError);
      expect(await store.listParts(upload)).toEqual([]);
      await store.abortMultipart(upload);
    });

    it('is not found when the object is gone, or the upload', async () => {
      const { store } = opened();
      const source = await stored();
      const upload = await store.createMultipart(randomUUID());
      const missing = { ...source, key: randomUUID() };
      await expect(store.copyPart(upload, 1, missing)).rejects.toThrow(ObjectNotFoundError);
      await store.abortMultipart(upload);
      await expect(store.copyPart(upload, 1, source)).rejects.toThrow(ObjectNotFoundError);
    });

    it('has no bytes from beyond the end of the object', async () => {
      const { store } = opened();
      const source = await stored();
      const upload = await store.createMultipart(randomUUID());
      for (const [offset, length] of [
        [whole.length - 1, 2],
        [-1, 5],
        [0, 0],
      ] as const) {
        await expect(store.copyPart(upload, 1, { ...source, offset, length })).rejects.toThrow(ObjectStoreError);
      }
      await store.abortMultipart(upload);
    });
  });
}
