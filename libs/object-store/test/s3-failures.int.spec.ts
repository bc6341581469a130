import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { eventually, FaultyProxy, testEnvironment, type TestEnvironment } from '@imago/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ObjectChangedError,
  ObjectStoreAccessError,
  ObjectStoreUnavailableError,
  ObjectStoreUnsupportedError,
  type S3Limits,
  S3ObjectStore,
} from '../src/index.ts';

const MIB = 2 ** 20;
const QUICK = { attempts: 3, pause_ms: 1 } satisfies Partial<S3Limits>;
const SILENCE = { ...QUICK, silence_ms: 400 } satisfies Partial<S3Limits>;

describe('the S3 driver, when things go wrong', () => {
  let env: TestEnvironment<'s3'>;
  let direct: S3ObjectStore;
  let proxy: FaultyProxy;

  beforeAll(async () => {
    env = await testEnvironment({ s3: true });
    direct = new S3ObjectStore(env.s3);
  });
  afterAll(() => env.close());
  beforeEach(async () => {
    proxy = await FaultyProxy.to(env.s3.endpoint);
  });
  afterEach(() => proxy.close());

  function proxied(limits: Partial<S3Limits> = QUICK): S3ObjectStore {
    return new S3ObjectStore({ ...env.s3, endpoint: proxy.endpoint }, limits);
  }

  async function stored(body: Buffer): Promise<string> {
    const key = randomUUID();
    await direct.put(key, body);
    return key;
  }

  describe('a key the store does not accept', () => {
    it.each([
      ['is unknown', { access_key: 'nobody' }],
      ['has another secret', { secret_key: 'not the secret' }],
      ['does not open the bucket', { bucket: 'somebody-elses' }],
    ])('is refused once and not tried again: it %s', async (_fault, wrong) => {
      const store = new S3ObjectStore({ ...env.s3, ...wrong, endpoint: proxy.endpoint }, QUICK);
      const upload = { key: 'k', upload_id: 'u' };
      await expect(store.read('k', { length: 1 })).rejects.toThrow(ObjectStoreAccessError);
      await expect(store.put('k', Buffer.from('x'))).rejects.toThrow(ObjectStoreAccessError);
      await expect(store.list('')).rejects.toThrow(ObjectStoreAccessError);
      await expect(store.uploadPart(upload, 1, Buffer.alloc(8 * MIB))).rejects.toThrow(ObjectStoreAccessError);
      await expect(store.deleteMany(['k'])).rejects.toThrow(ObjectStoreAccessError);
      expect(proxy.requests).toBe(5);
    });

    it('does not stand in the error', async () => {
      const store = new S3ObjectStore({ ...env.s3, secret_key: 'not-the-secret' }, QUICK);
      const error = await store.head('k').catch((thrown: unknown) => thrown);
      expect(String(error)).not.toContain('not-the-secret');
    });
  });

  describe('a part that shall be copied', () => {
    const source = { key: 'k', facts: { size: 1, etag: 'e' }, offset: 0, length: 1 };

    it('is refused once where the key may not read the source', async () => {
      const upload = await direct.createMultipart(randomUUID());
      const copy = proxied().copyPart(upload, 1, { ...source, bucket: 'somebody-elses' });
      await expect(copy).rejects.toThrow(ObjectStoreAccessError);
      expect(proxy.requests).toBe(1);
    });

    it('is told apart where the store does not copy parts', async () => {
      const limited = createServer((request, response) => {
        request.resume();
        response
          .writeHead(501, { 'content-type': 'application/xml' })
          .end('<Error><Code>NotImplemented</Code></Error>');
      });
      await once(limited.listen(0, '127.0.0.1'), 'listening');
      try {
        const endpoint = `http://127.0.0.1:${(limited.address() as AddressInfo).port}`;
        const copy = new S3ObjectStore({ ...env.s3, endpoint }, QUICK).copyPart({ key: 'k', upload_id: 'u' }, 1, {
          ...source,
          bucket: env.s3.bucket,
        });
        await expect(copy).rejects.toThrow(ObjectStoreUnsupportedError);
      } finally {
        limited.close();
        limited.closeAllConnections();
      }
    });
  });

  it('a bucket that is not there is not taken for an object that is not', async () => {
    const { administration, access_key, secret_key } = env.s3;
    await administration.addKey({ access_key, secret_key }, [env.s3.bucket, 'not-there']);
    const store = direct.withBucket('not-there');
    await expect(store.list('')).rejects.toThrow(ObjectStoreAccessError);
    await expect(store.put('k', Buffer.from('x'))).rejects.toThrow(ObjectStoreAccessError);
  });

  describe('a store that is away', () => {
    it('is unavailable, after as many attempts as were allowed', async () => {
      const always = { kind: 'cut', direction: 'to_server', after: 0 } as const;
      proxy.faults.push(...Array.from({ length: 20 }, () => always));
      await expect(proxied().head('k')).rejects.toThrow(ObjectStoreUnavailableError);
      expect(proxy.connections).toBe(3);
    });

    it('is unavailable when nobody listens, for every call', async () => {
      const store = proxied();
      await proxy.close();
      await expect(store.read('k', { length: 1 })).rejects.toThrow(ObjectStoreUnavailableError);
      await expect(store.stream('k')).rejects.toThrow(ObjectStoreUnavailableError);
      await expect(store.put('k', Buffer.alloc(MIB))).rejects.toThrow(ObjectStoreUnavailableError);
      await expect(store.uploadPart({ key: 'k', upload_id: 'u' }, 1, [Buffer.alloc(MIB)])).rejects.toThrow(
        ObjectStoreUnavailableError,
      );
      await expect(store.deleteMany(['k'])).rejects.toThrow(ObjectStoreUnavailableError);
      proxy = await FaultyProxy.to(env.s3.endpoint);
    });

    it('is unavailable when it falls silent', async () => {
      const mute = { kind: 'mute', direction: 'to_server', after: 0 } as const;
      proxy.faults.push(mute, mute, mute);
      await expect(proxied(SILENCE).head('k')).rejects.toThrow(ObjectStoreUnavailableError);
      await eventually(() => {
        expect(proxy.open).toBe(0);
      });
    });

    it('is not waited for once the caller gives up', async () => {
      const reason = new Error('enough');
      const ending = new AbortController();
      proxy.faults.push({ kind: 'cut', direction: 'to_server', after: 0, meanwhile: () => Promise.resolve() });
      const call = proxied({ pause_ms: 3_600_000 }).head('k', ending.signal);
      const outcome = expect(call).rejects.toBe(reason);
      await eventually(() => {
        expect(proxy.connections).toBe(1);
        expect(proxy.open).toBe(0);
      });
      ending.abort(reason);
      await outcome;
    });
  });

  describe('reading', () => {
    it('goes on where a reply was cut, however often, as long as something comes', async () => {
      const body = randomBytes(8 * MIB);
      const key = await stored(body);
      for (let cut = 0; cut < 5; cut++) proxy.faults.push({ kind: 'cut', direction: 'from_server', after: MIB });
      expect(body.equals(await proxied().read(key, { length: body.length }))).toBe(true);
      expect(proxy.connections).toBe(6);
    });

    it('does not put two objects together when one is overwritten between two replies', async () => {
      const key = await stored(Buffer.alloc(8 * MIB, 'a'));
      const meanwhile = () => direct.put(key, Buffer.alloc(8 * MIB, 'b'));
      proxy.faults.push({ kind: 'cut', direction: 'from_server', after: MIB, meanwhile });
      await expect(proxied().read(key, { length: 8 * MIB })).rejects.toThrow(ObjectChangedError);
    });

    it('is given up when a reply falls silent in its middle and stays so', async () => {
      const key = await stored(Buffer.alloc(8 * MIB));
      const mute = { kind: 'mute', direction: 'from_server' } as const;
      proxy.faults.push({ ...mute, after: MIB }, { ...mute, after: 0 }, { ...mute, after: 0 }, { ...mute, after: 0 });
      await expect(proxied(SILENCE).read(key, { length: 8 * MIB })).rejects.toThrow(ObjectStoreUnavailableError);
    });

    it('opens a new connection, without a pause, where the store has closed the one that was kept', async () => {
      const key = await stored(Buffer.from('here'));
      const store = proxied({ attempts: 1 });
      expect(String(await store.read(key, { length: 4 }))).toBe('here');
      proxy.breakAll();
      await eventually(() => {
        expect(proxy.open).toBe(0);
      });
      expect(String(await store.read(key, { length: 4 }))).toBe('here');
    });

    it('ends at once when it is aborted in the middle of a reply, and frees the connection', async () => {
      const key = await stored(Buffer.alloc(8 * MIB));
      const reason = new Error('enough');
      const ending = new AbortController();
      const meanwhile = (): Promise<void> => {
        ending.abort(reason);
        return Promise.resolve();
      };
      proxy.faults.push({ kind: 'mute', direction: 'from_server', after: MIB, meanwhile });
      await expect(proxied().read(key, { length: 8 * MIB, signal: ending.signal })).rejects.toBe(reason);
      await eventually(() => {
        expect(proxy.open).toBe(0);
      });
    });
  });

  describe('a stream', () => {
    it('fails when the store sends less than it promised', async () => {
      const key = await stored(randomBytes(8 * MIB));
      proxy.faults.push({ kind: 'cut', direction: 'from_server', after: MIB });
      const stream = await proxied().stream(key);
      await expect(buffer(stream)).rejects.toThrow(ObjectStoreUnavailableError);
    });

    it('fails when the store falls silent', async () => {
      const key = await stored(randomBytes(8 * MIB));
      proxy.faults.push({ kind: 'mute', direction: 'from_server', after: MIB });
      const read = proxied({ ...SILENCE, attempts: 1 })
        .stream(key)
        .then(buffer);
      await expect(read).rejects.toThrow(ObjectStoreUnavailableError);
    });

    it('waits for a reader who is slower than the store may be', async () => {
      const body = randomBytes(32 * MIB);
      const key = await stored(body);
      const stream = await proxied({ ...SILENCE, attempts: 20 }).stream(key);
      const chunks = stream[Symbol.asyncIterator]();
      const first: unknown = (await chunks.next()).value;
      // Three silences of the store, one after the other, pass while nobody reads.
      const mute = { kind: 'mute', direction: 'to_server', after: 0 } as const;
      proxy.faults.push(mute, mute, mute);
      await expect(proxied(SILENCE).head(key)).rejects.toThrow(ObjectStoreUnavailableError);
      const read = [first as Buffer];
      for await (const chunk of { [Symbol.asyncIterator]: () => chunks }) read.push(chunk as Buffer);
      expect(body.equals(Buffer.concat(read))).toBe(true);
    });

    it('frees its connection when its reader goes away', async () => {
      const key = await stored(randomBytes(32 * MIB));
      const stream = await proxied().stream(key);
      await stream[Symbol.asyncIterator]().next();
      expect(proxy.open).toBe(1);
      stream.destroy();
      await eventually(() => {
        expect(proxy.open).toBe(0);
      });
    });
  });

  describe('writing', () => {
    it('sends a part again whose connection broke, all its pieces from the first', async () => {
      const pieces = Array.from({ length: 12 }, () => randomBytes(MIB));
      const upload = await direct.createMultipart(randomUUID());
      proxy.faults.push({ kind: 'cut', direction: 'to_server', after: 5 * MIB });
      const part = await proxied().uploadPart(upload, 1, pieces);
      await direct.completeMultipart(upload, [part]);
      expect(Buffer.concat(pieces).equals(await direct.read(upload.key, { length: 12 * MIB }))).toBe(true);
    });

    it('knows its own object when the reply to its completion was lost', async () => {
      const upload = await direct.createMultipart(randomUUID());
      const part = await direct.uploadPart(upload, 1, Buffer.from('once'));
      proxy.faults.push({ kind: 'cut', direction: 'from_server', after: 0 });
      const facts = await proxied().completeMultipart(upload, [part]);
      expect(facts).toEqual(await direct.head(upload.key));
      expect(facts.size).toBe(4);
    });

    it('ends at once when it is aborted in the middle of a part, and frees the connection', async () => {
      const upload = await direct.createMultipart(randomUUID());
      const reason = new Error('enough');
      const ending = new AbortController();
      const meanwhile = (): Promise<void> => {
        ending.abort(reason);
        return Promise.resolve();
      };
      proxy.faults.push({ kind: 'mute', direction: 'to_server', after: MIB, meanwhile });
      const part = proxied().uploadPart(upload, 1, Buffer.alloc(32 * MIB), ending.signal);
      await expect(part).rejects.toBe(reason);
      await eventually(() => {
        expect(proxy.open).toBe(0);
      });
    });
  });

  it('lets go of a read that waits for its turn when it is aborted, and of no other', async () => {
    const key = await stored(Buffer.from('here'));
    const reason = new Error('enough');
    const ending = new AbortController();
    const store = proxied({ ...QUICK, max_sockets: 1 });
    const held = Promise.withResolvers<undefined>();
    proxy.faults.push({ kind: 'cut', direction: 'to_server', after: 0, meanwhile: () => held.promise });
    const first = store.read(key, { length: 4 });
    const second = store.read(key, { length: 4, signal: ending.signal });
    const third = store.read(key, { length: 4 });
    const given = expect(second).rejects.toBe(reason);
    await eventually(() => {
      expect(proxy.connections).toBe(1);
    });
    ending.abort(reason);
    await given;
    held.resolve(undefined);
    expect([String(await first), String(await third)]).toEqual(['here', 'here']);
    expect(proxy.mostOpen).toBe(1);
  });

  it('uses no more connections than it may, and the same again', async () => {
    const body = randomBytes(MIB);
    const key = await stored(body);
    const store = proxied({ ...QUICK, max_sockets: 4 });
    const other = store.withBucket(env.s3.bucket);
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? store : other).read(key, { length: MIB })),
    );
    expect(proxy.requests).toBe(40);
    expect(proxy.connections).toBe(4);
    expect(proxy.mostOpen).toBe(4);
  });
});
