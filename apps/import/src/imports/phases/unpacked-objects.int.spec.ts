import { randomBytes, randomUUID } from 'node:crypto';
import { JoinedSource } from '@imago/disk-image';
import { ObjectSource, S3ObjectStore } from '@imago/object-store';
import { testEnvironment } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UnpackedObjects } from './unpacked-objects.ts';

const MIB = 2 ** 20;

describe('what is unpacked', () => {
  let env: Awaited<ReturnType<typeof testEnvironment>>;
  let store: S3ObjectStore;
  beforeAll(async () => {
    env = await testEnvironment({ s3: true });
    store = new S3ObjectStore(env.s3);
  });
  afterAll(() => env.close());

  const objectsOf = (): UnpackedObjects =>
    new UnpackedObjects(store, {
      newKey: () => randomUUID(),
      signal: new AbortController().signal,
      cuts: { part: 5 * MIB, object: 10 * MIB },
    });

  it.each([0, 1, 10 * MIB, 10 * MIB + 1, 24 * MIB])(
    'is in objects that are no larger than they may be: %d bytes',
    async (size) => {
      const bytes = randomBytes(size);
      const objects = objectsOf();
      for (let at = 0; at < size; at += MIB) await objects.add(bytes.subarray(at, at + MIB));
      const done = await objects.complete();
      expect(done.length).toBe(Math.max(1, Math.ceil(size / (10 * MIB))));
      const joined = new JoinedSource(done.map(({ key, ...facts }) => new ObjectSource(store, key, facts)));
      expect((await joined.read(0, joined.size)).equals(bytes)).toBe(true);
    },
  );
});
