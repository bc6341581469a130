import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type MultipartUpload,
  ObjectChangedError,
  type ObjectFacts,
  ObjectNotFoundError,
  type ObjectStore,
  ObjectStoreError,
} from '../src/index.ts';
import { describeLinks } from './describe-links.ts';
import { describePartCopies } from './describe-part-copies.ts';

const MIB = 2 ** 20;

/** A store over an empty bucket. */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** The name of the bucket. */
  readonly bucket: string;
  readonly close: () => Promise<void>;
}

export interface StoreTraits {
  /**
   * Guarantees, by the name of their test, that the store is known not to give, and why that is so and does no harm. Each
   * is tested all the same, and fails when it holds by now.
   */
  readonly differences?: Readonly<Record<string, string>>;
}

/** Everything the port promises; each driver runs it against a real store. */
export function describeObjectStore(
  name: string,
  make: () => Promise<StoreUnderTest>,
  { differences = {} }: StoreTraits = {},
): void {
  describe(`the object store port on ${name}`, () => {
    const differing = new Set(Object.keys(differences));
    /** A guarantee; one that the store is known not to give must not hold. */
    const promise = (title: string, test: () => Promise<void>): void => {
      if (differing.delete(title)) it.fails(`${title}: it does not, because ${differences[title] ?? ''}`, test);
      else it(title, test);
    };

    let store: ObjectStore;
    let bucket: string;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ store, bucket, close } = await make());
    });
    afterAll(() => close(), 60_000);

    async function stored(body: Buffer): Promise<string> {
      const key = randomUUID();
      await store.put(key, body);
      return key;
    }

    describe('an object', () => {
      it('is read as it was put, with its size and ETag', async () => {
        const body = randomBytes(3 * MIB + 1);
        const key = randomUUID();
        const facts = await store.put(key, body);
        expect(facts.size).toBe(body.length);
        expect(facts.etag).toMatch(/^[^"]+$/);
        expect(await store.head(key)).toEqual(facts);
        expect(body.equals(await store.read(key, { length: body.length, etag: facts.etag }))).toBe(true);
        expect(body.equals(await buffer(await store.stream(key)))).toBe(true);
      });

      it('is read into memory that is given, and into nothing else', async () => {
        const body = randomBytes(3 * MIB);
        const key = await stored(body);
        const memory = Buffer.alloc(MIB + 2);
        const into = memory.subarray(1, -1);
        expect((await store.read(key, { offset: 77, length: MIB, into })).buffer).toBe(memory.buffer);
        expect(into.equals(body.subarray(77, MIB + 77))).toBe(true);
        expect([memory.at(0), memory.at(-1)]).toEqual([0, 0]);
        await expect(store.read(key, { length: MIB, into: memory })).rejects.toThrow(RangeError);
      });

      it('is replaced whole, and its ETag changes with its bytes', async () => {
        const key = await stored(Buffer.from('the first'));
        const first = await store.head(key);
        const second = await store.put(key, Buffer.from('2'));
        expect(second).toMatchObject({ size: 1 });
        expect(second.etag).not.toBe(first.etag);
        expect(String(await buffer(await store.stream(key)))).toBe('2');
      });

      it('may be empty', async () => {
        const key = await stored(Buffer.alloc(0));
        const { size, etag } = await store.head(key);
        expect(size).toBe(0);
        expect(await store.read(key, { length: 0, etag })).toHaveLength(0);
        expect(await buffer(await store.stream(key, { etag }))).toHaveLength(0);
        expect(await buffer(await store.stream(key, { offset: 0, length: 0 }))).toHaveLength(0);
        await expect(store.read(key, { length: 1 })).rejects.toThrow(ObjectStoreError);
      });

      it.each([
        ['the first byte', 0, 1],
        ['the last byte', 999, 1],
        ['the middle', 400, 200],
        ['all', 0, 1000],
        ['nothing', 500, 0],
      ])('is read in part: %s', async (_part, offset, length) => {
        const body = randomBytes(1000);
        const key = await stored(body);
        const expected = body.subarray(offset, offset + length);
        expect(expected.equals(await store.read(key, { offset, length }))).toBe(true);
        expect(expected.equals(await buffer(await store.stream(key, { offset, length })))).toBe(true);
      });

      it('is streamed from an offset to its end', async () => {
        const key = await stored(Buffer.from('0123456789'));
        expect(String(await buffer(await store.stream(key, { offset: 7 })))).toBe('789');
      });

      it.each([
        [5, 6],
        [10, 1],
        [11, 5],
      ])('has no bytes beyond its end (%d + %d of 10)', async (offset, length) => {
        const key = await stored(Buffer.from('0123456789'));
        const error = await store.read(key, { offset, length }).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(ObjectStoreError);
        expect(error).not.toBeInstanceOf(ObjectNotFoundError);
        await expect(store.stream(key, { offset, length })).rejects.toThrow(ObjectStoreError);
      });

      it('that is not there is not found, whatever is asked about it', async () => {
        const key = randomUUID();
        await expect(store.head(key)).rejects.toThrow(ObjectNotFoundError);
        await expect(store.read(key, { length: 5 })).rejects.toThrow(ObjectNotFoundError);
        await expect(store.read(key, { length: 0 })).rejects.toThrow(ObjectNotFoundError);
        await expect(store.stream(key)).rejects.toThrow(ObjectNotFoundError);
        await expect(store.stream(key, { offset: 1, length: 1, etag: 'x' })).rejects.toThrow(ObjectNotFoundError);
      });

      it('that was overwritten is refused to a reader pinned to its former bytes', async () => {
        const key = await stored(Buffer.from('before'));
        const { etag } = await store.head(key);
        await store.put(key, Buffer.from('after!'));
        await expect(store.read(key, { length: 6, etag })).rejects.toThrow(ObjectChangedError);
        await expect(store.read(key, { offset: 3, length: 0, etag })).rejects.toThrow(ObjectChangedError);
        await expect(store.stream(key, { etag })).rejects.toThrow(ObjectChangedError);
        await expect(store.stream(key, { offset: 2, etag })).rejects.toThrow(ObjectChangedError);
        await expect(store.stream(key, { length: 0, etag })).rejects.toThrow(ObjectChangedError);
      });
    });

    for (const name of [
      'plain',
      'with space',
      'a+b&c=d?e#f%25',
      'ä/文件/😀.qcow2',
      'quotes\'"<>&',
      'dir//double/../dots/./end',
      'trailing/',
      '(*!~)',
      'line\nbreak\u0001',
      'x'.repeat(1000),
    ]) {
      const [prefix, quoted] = [`${randomUUID().slice(0, 8)}/`, JSON.stringify(name).slice(0, 40)];
      const key = prefix + name;

      promise(`keeps an object under the key ${quoted}`, async () => {
        await store.put(key, Buffer.from(name));
        expect(String(await store.read(key, { length: Buffer.byteLength(name) }))).toBe(name);
        expect((await store.list(prefix)).map((each) => each.key)).toEqual([key]);
        await store.deleteMany([key]);
        expect(await store.list(prefix)).toEqual([]);
      });

      promise(`takes an upload under the key ${quoted}`, async () => {
        const upload = await store.createMultipart(key);
        expect(await store.listMultiparts(prefix)).toEqual([upload]);
        await store.abortMultipart(upload);
        expect(await store.listMultiparts(prefix)).toEqual([]);
      });
    }

    describe('a multipart upload', () => {
      const first = randomBytes(5 * MIB);
      const second = randomBytes(1000);

      it('is an object from the moment it is completed, whole, and nothing before', async () => {
        const key = randomUUID();
        const upload = await store.createMultipart(key);
        // In any order, and one of them in pieces: what a writer has at hand it need not put together.
        const last = await store.uploadPart(upload, 2, second);
        const pieces = [first.subarray(0, 10), Buffer.alloc(0), first.subarray(10, 4 * MIB), first.subarray(4 * MIB)];
        const part = await store.uploadPart(upload, 1, pieces);
        await expect(store.head(key)).rejects.toThrow(ObjectNotFoundError);
        expect(await store.list(key)).toEqual([]);
        expect(await store.listMultiparts(key)).toEqual([upload]);
        expect(await store.listParts(upload)).toEqual([part, last]);
        const facts = await store.completeMultipart(upload, [part, last]);
        expect(facts).toEqual(await store.head(key));
        expect(facts.size).toBe(first.length + second.length);
        const read = await store.read(key, { length: facts.size, etag: facts.etag });
        expect(sha256(read)).toBe(sha256(Buffer.concat([first, second])));
        expect(await store.listMultiparts(key)).toEqual([]);
      });

      it('takes a part again under the same number', async () => {
        const upload = await store.createMultipart(randomUUID());
        await store.uploadPart(upload, 1, Buffer.from('wrong'));
        const part = await store.uploadPart(upload, 1, [Buffer.from('ri'), Buffer.from('ght')]);
        expect(await store.listParts(upload)).toEqual([part]);
        await store.completeMultipart(upload, [part]);
        expect(String(await buffer(await store.stream(upload.key)))).toBe('right');
      });

      it('may have an empty part at its end', async () => {
        const upload = await store.createMultipart(randomUUID());
        const part = await store.uploadPart(upload, 1, []);
        expect(await store.completeMultipart(upload, [part])).toMatchObject({ size: 0 });
      });

      it('leaves nothing when it is aborted, however often', async () => {
        const upload = await store.createMultipart(randomUUID());
        await store.uploadPart(upload, 1, second);
        await store.abortMultipart(upload);
        await store.abortMultipart(upload);
        expect(await store.listMultiparts(upload.key)).toEqual([]);
        await expect(store.head(upload.key)).rejects.toThrow(ObjectNotFoundError);
      });

      for (const [ended, end] of [
        ['completed', (upload: MultipartUpload) => complete(upload)],
        ['aborted', (upload: MultipartUpload) => store.abortMultipart(upload)],
      ] as const) {
        const endedUpload = async (): Promise<MultipartUpload> => {
          const upload = await store.createMultipart(randomUUID());
          await end(upload);
          return upload;
        };

        promise(`that was ${ended} takes no part`, async () => {
          await expect(store.uploadPart(await endedUpload(), 1, second)).rejects.toThrow(ObjectNotFoundError);
        });
        promise(`that was ${ended} lists no parts`, async () => {
          await expect(store.listParts(await endedUpload())).rejects.toThrow(ObjectNotFoundError);
        });
        promise(`that was ${ended} is not found by who completes it`, async () => {
          const parts = [{ part_number: 1, etag: '0'.repeat(32) }];
          await expect(store.completeMultipart(await endedUpload(), parts)).rejects.toThrow(ObjectNotFoundError);
        });
      }

      it('that was completed is a whole object still when somebody sends one of its parts again, or aborts it', async () => {
        const upload = await store.createMultipart(randomUUID());
        const facts = await complete(upload);
        await store.uploadPart(upload, 1, second).catch(() => undefined); // refused or taken: the same bytes
        await store.abortMultipart(upload);
        expect(await store.head(upload.key)).toEqual(facts);
        expect(second.equals(await store.read(upload.key, { length: second.length, etag: facts.etag }))).toBe(true);
      });

      async function complete(upload: MultipartUpload): Promise<ObjectFacts> {
        return store.completeMultipart(upload, [await store.uploadPart(upload, 1, second)]);
      }

      it('is not completed with a part that is not there', async () => {
        const upload = await store.createMultipart(randomUUID());
        const part = await store.uploadPart(upload, 1, second);
        const wrong = [{ ...part, part_number: 2 }];
        await expect(store.completeMultipart(upload, wrong)).rejects.toThrow(ObjectStoreError);
        await expect(store.head(upload.key)).rejects.toThrow(ObjectNotFoundError);
      });
    });

    it('lists, in key order, and deletes any number of objects', async () => {
      const prefix = `${randomUUID()}/`;
      const keys = Array.from({ length: 1_500 }, (_, index) => `${prefix}${String(index).padStart(4, '0')} é`);
      for (let at = 0; at < keys.length; at += 100) {
        await Promise.all(keys.slice(at, at + 100).map((key) => store.put(key, Buffer.from('x'))));
      }
      const found = await store.list(prefix);
      expect(found.map(({ key }) => key)).toEqual(keys);
      expect(found[0]).toMatchObject({ size: 1, last_modified: expect.any(Date) });
      expect(await store.list(`${prefix}003`)).toHaveLength(10);
      const page = await store.listPage(prefix, { limit: 3, after: keys[4] ?? '' });
      expect(page).toMatchObject({ objects: keys.slice(5, 8).map((key) => ({ key })), more: true });
      const last = await store.listPage(prefix, { limit: 3, after: keys.at(-3) ?? '' });
      expect(last).toMatchObject({ objects: keys.slice(-2).map((key) => ({ key, size: 1 })), more: false });
      const keep = `${prefix}kept`;
      await store.put(keep, Buffer.from('x'));
      await store.deleteMany([...keys, `${prefix}never there`]);
      expect((await store.list(prefix)).map(({ key }) => key)).toEqual([keep]);
      await store.deleteMany([]);
    });

    it('lists uploads of one key and of many, all pages', async () => {
      const prefix = `${randomUUID()}/`;
      const made: MultipartUpload[] = [];
      const batch = 101;
      for (let at = 0; at < 1_010; at += batch) {
        const keys = Array.from({ length: batch }, (_, index) => `${prefix}${index % (batch >> 1)}`);
        made.push(...(await Promise.all(keys.map((key) => store.createMultipart(key)))));
      }
      const ids = (uploads: readonly MultipartUpload[]): string[] => uploads.map((each) => each.upload_id).sort();
      expect(ids(await store.listMultiparts(prefix))).toEqual(ids(made));
      await Promise.all(made.map((upload) => store.abortMultipart(upload)));
    });

    describe('a call whose signal is aborted', () => {
      const reason = new Error('no longer wanted');

      it.each<[string, (key: string, signal: AbortSignal) => Promise<unknown>]>([
        ['head', (key, signal) => store.head(key, signal)],
        ['read', (key, signal) => store.read(key, { length: 1, signal })],
        ['stream', (key, signal) => store.stream(key, { signal })],
        ['put', (key, signal) => store.put(key, Buffer.from('x'), signal)],
        ['createMultipart', (key, signal) => store.createMultipart(key, signal)],
        ['uploadPart', (key, signal) => store.uploadPart({ key, upload_id: 'u' }, 1, Buffer.from('x'), signal)],
        [
          'copyPart',
          (key, signal) =>
            store.copyPart(
              { key, upload_id: 'u' },
              1,
              { bucket, key, facts: { size: 1, etag: 'e' }, offset: 0, length: 1 },
              signal,
            ),
        ],
        ['listParts', (key, signal) => store.listParts({ key, upload_id: 'u' }, signal)],
        ['completeMultipart', (key, signal) => store.completeMultipart({ key, upload_id: 'u' }, [], signal)],
        ['abortMultipart', (key, signal) => store.abortMultipart({ key, upload_id: 'u' }, signal)],
        ['list', (key, signal) => store.list(key, signal)],
        ['listMultiparts', (key, signal) => store.listMultiparts(key, signal)],
        ['deleteMany', (key, signal) => store.deleteMany([key], signal)],
      ])('%s is refused with its reason', async (_call, call) => {
        await expect(call(await stored(Buffer.from('x')), AbortSignal.abort(reason))).rejects.toBe(reason);
      });

      it('a stream ends in the middle', async () => {
        const key = await stored(Buffer.alloc(8 * MIB));
        const ending = new AbortController();
        const stream = await store.stream(key, { signal: ending.signal });
        const read = (async () => {
          for await (const chunk of stream as AsyncIterable<Buffer>) {
            if (chunk.length > 0) ending.abort(reason);
          }
        })();
        await expect(read).rejects.toThrow();
        expect(stream.destroyed).toBe(true);
      });
    });

    it('serves many readers at once', async () => {
      const body = randomBytes(16 * MIB);
      const key = await stored(body);
      const { etag } = await store.head(key);
      const ranges = await Promise.all(
        Array.from({ length: 64 }, (_, index) => store.read(key, { offset: (index * MIB) / 4, length: MIB / 4, etag })),
      );
      expect(sha256(Buffer.concat(ranges))).toBe(sha256(body));
    });

    describeLinks(() => store);
    describePartCopies(() => ({ store, bucket }), promise);

    it('differs from S3 in nothing but what the suite tests', () => {
      expect([...differing]).toEqual([]);
    });
  });
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
