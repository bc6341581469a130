import { randomUUID } from 'node:crypto';
import { HypervisorError } from '@imago/hypervisor';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ComputeUnderTest, startCompute } from '../../test/compute-under-test.ts';
import { fetchExport, type Locked, Locks } from '../../test/locks.ts';
import type { NotedDisk } from '../../test/machines.ts';
import { exportToken } from './export-token.ts';

const MIB = 2 ** 20;
const SIZE = 3 * 2 ** 30;

describe('the export of a locked disk', () => {
  let compute: ComputeUnderTest;
  let locks: Locks;
  let server: string;
  let lockId: string;
  let locked: Locked;
  const content = Buffer.from(Array.from({ length: 5 * MIB }, (_, at) => (at >>> 8) ^ at));

  beforeAll(async () => {
    compute = await startCompute();
    locks = new Locks(compute);
    compute.machines.content = content;
    await compute.hire();
    server = (await compute.stopped(compute.catalog.add())).id;
  });
  beforeEach(async () => {
    if (lockId) await locks.release(lockId);
    lockId = randomUUID();
    compute.machines.opened.length = 0;
    locked = await locks.take(server, lockId);
  });
  afterAll(() => compute.close());

  const get = (path: 'map' | 'data', range?: string, change: Partial<Locked['export']> = {}) =>
    fetchExport({ ...locked.export, ...change }, path, range);

  const opened = (): NotedDisk => {
    const [disk] = compute.machines.opened.slice(-1);
    if (disk === undefined) throw new Error('no disk was opened');
    return disk;
  };

  /** The bytes of a body, or what cut it off. */
  const bodyOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());

  it('says what has changed, as JSON', async () => {
    const answer = await get('map');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(await answer.json()).toEqual({ changed: [[0, content.length]] });
  });

  it.each([
    [`bytes=0-${5 * MIB - 1}`, 0, 5 * MIB],
    ['bytes=1000000-3000000', 1_000_000, 2_000_001],
    [`bytes=${5 * MIB - 10}-${5 * MIB + 9}`, 5 * MIB - 10, 20],
    [`bytes=${SIZE - 7}-`, SIZE - 7, 7],
    ['bytes=-1', SIZE - 1, 1],
  ])('gives the bytes of a range: %s', async (range, offset, length) => {
    const answer = await get('data', range);
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes ${offset}-${offset + length - 1}/${SIZE}`);
    expect(answer.headers.get('content-length')).toBe(String(length));
    const expected = Buffer.alloc(length);
    content.subarray(offset, offset + length).copy(expected);
    expect((await bodyOf(answer)).equals(expected)).toBe(true);
  });

  it.each([undefined, `bytes=${SIZE}-`, 'bytes=0-1,5-6', 'bytes=9-8', 'lines=1-2'])(
    'gives nothing for %j, and says how large the disk is',
    async (range) => {
      const answer = await get('data', range);
      expect(answer.status).toBe(416);
      expect(answer.headers.get('content-range')).toBe(`bytes */${SIZE}`);
    },
  );

  it('gives one answer no more than 64 MiB, and says how far it goes', async () => {
    const answer = await get('data', 'bytes=0-');
    expect(answer.headers.get('content-range')).toBe(`bytes 0-${64 * MIB - 1}/${SIZE}`);
    await answer.body?.cancel();
  });

  describe('is nothing at all, in the same words,', () => {
    const key = (): string => compute.config.IMAGO_CONTEXT_KEY;
    const later = Date.now() + 60_000;
    const ofOther = (id: string) => locked.export.url.replace(lockId, id);
    const cases: readonly (readonly [string, () => Partial<Locked['export']>])[] = [
      ['without a token', () => ({ token: '' })],
      ['with another token', () => ({ token: exportToken(randomUUID(), later, key()) })],
      ['with one that was good', () => ({ token: exportToken(lockId, Date.now() - 1, key()) })],
      ['with one that is signed by somebody else', () => ({ token: exportToken(lockId, later, 'ab'.repeat(32)) })],
      ['under another lock', () => ({ url: ofOther(randomUUID()) })],
      [
        'under a lock that is not there',
        () => {
          const id = randomUUID();
          return { url: ofOther(id), token: exportToken(id, later, key()) };
        },
      ],
      ['under what is no lock', () => ({ url: ofOther("'; DROP TABLE servers"), token: locked.export.token })],
    ];

    it.each(cases)('%s', async (_, change) => {
      const usual = await fetch(`${new URL(locked.export.url).origin}/no-such-path`);
      for (const path of ['map', 'data'] as const) {
        const answer = await get(path, 'bytes=0-1', change());
        expect(answer.status).toBe(404);
        const { request_id, ...problem } = (await answer.json()) as Record<string, unknown>;
        expect(request_id).toEqual(expect.any(String));
        expect(problem).toEqual({ ...((await usual.clone().json()) as object), request_id: undefined });
      }
      expect(compute.machines.opened).toEqual([]);
    });
  });

  it('ends in the middle of an answer when the lock is released, and its disk is closed', async () => {
    const answer = await get('data', 'bytes=0-');
    expect(answer.status).toBe(206);
    const body = bodyOf(answer);
    body.catch(() => undefined);
    await locks.release(lockId);
    await expect(body).rejects.toThrow();
    expect(opened().isClosed).toBe(true);
    expect((await get('data', 'bytes=0-1')).status).toBe(404);
  });

  it('ends a read that does not end by itself when the lock lapses', async () => {
    await get('map');
    const waiting = Promise.withResolvers<undefined>();
    opened().beforeRead = () => {
      waiting.resolve(undefined);
      return new Promise(() => undefined);
    };
    const answer = get('data', 'bytes=0-1').catch((error: unknown) => error);
    await waiting.promise;
    await compute.db.query(`UPDATE compute.servers SET lock_until = now() WHERE lock_id = $1`, [lockId]);
    await eventually(() => {
      expect(opened().isClosed).toBe(true);
    });
    void answer;
  });

  it('takes the lock back when its disk was written meanwhile, also after a new opening', async () => {
    await get('map');
    opened().beforeRead = () => Promise.reject(new HypervisorError('The disk was written while it was read.'));
    expect((await get('data', 'bytes=0-1')).status).toBe(404);
    expect(await locks.renew(lockId)).toEqual([lockId]);
    expect(await compute.server(server)).toMatchObject({ task: null });
    lockId = randomUUID();
    locked = await locks.take(server, lockId);
    await compute.db.query(
      `UPDATE compute.servers SET lock_revisions = jsonb_build_object($2::text, 'another') WHERE lock_id = $1`,
      [lockId, locked.disk.id],
    );
    expect((await get('map')).status).toBe(404);
    expect(await locks.renew(lockId)).toEqual([lockId]);
  });

  it('says that a disk cannot be read, and not why; the lock stands', async () => {
    await get('map');
    opened().beforeRead = () => Promise.reject(new Error('EIO: /secret/path'));
    const answer = await get('data', 'bytes=0-1');
    expect(answer.status).toBe(500);
    const text = await answer.text();
    expect(text).toContain('server.disk_error');
    expect(text).not.toContain('secret');
    expect(await locks.renew(lockId)).toEqual([]);
  });

  it('is cut off where the disk cannot be read any further', async () => {
    await get('map');
    let reads = 0;
    opened().beforeRead = () => (++reads > 3 ? Promise.reject(new Error('EIO')) : Promise.resolve());
    const answer = await get('data', `bytes=0-${5 * MIB - 1}`);
    expect(answer.status).toBe(206);
    await expect(bodyOf(answer)).rejects.toThrow();
  });

  it('answers a few at once, and asks the others to come again', async () => {
    await get('map');
    const go = Promise.withResolvers<undefined>();
    let waiting = 0;
    opened().beforeRead = () => {
      waiting += 1;
      return go.promise;
    };
    const few = Array.from({ length: 8 }, () => get('data', 'bytes=0-1'));
    await eventually(() => {
      expect(waiting).toBe(8);
    });
    const refused = await get('data', 'bytes=0-1');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).not.toBeNull();
    go.resolve(undefined);
    for (const { status } of await Promise.all(few)) expect(status).toBe(206);
    expect(compute.machines.opened).toHaveLength(1);
    expect((await get('data', 'bytes=0-1')).status).toBe(206);
  });

  it('is opened again when it could not be opened', async () => {
    const noted = compute.machines.servers.get(server);
    if (noted === undefined) throw new Error('the host has no such server');
    const { spec } = noted;
    noted.spec = { ...spec, system_disk: { ...spec.system_disk, id: randomUUID() } };
    expect((await get('map')).status).toBe(500);
    noted.spec = spec;
    expect((await get('map')).status).toBe(200);
  });
});
