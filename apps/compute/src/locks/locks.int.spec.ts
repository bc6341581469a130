import { randomUUID } from 'node:crypto';
import {
  ChangeServerOs,
  DeleteServer,
  LockServerDisk,
  OperateServer,
  RenewServerLocks,
  UnlockServer,
} from '@imago/contracts';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ComputeUnderTest, startCompute } from '../../test/compute-under-test.ts';
import { captureService, fetchExport, Locks } from '../../test/locks.ts';
import { operator, OTHER_PROJECT, OTHER_REGION, PROJECT, REGION, tenant } from '../../test/requests.ts';

const TOLD_BEFORE = ['ServerCreated', 'ServerStarted', 'ServerStopped'];

describe('the lock of a server', () => {
  let compute: ComputeUnderTest;
  let locks: Locks;
  let image: string;

  beforeAll(async () => {
    compute = await startCompute();
    locks = new Locks(compute);
    image = compute.catalog.add({ object: { layers: [{ object_id: randomUUID(), key: 'images/parent', size: '9' }] } });
  });
  beforeEach(async () => {
    await compute.hire();
  });
  afterEach(() => compute.dismiss());
  afterAll(() => compute.close());

  const of = (serverId: string) => ({ server_id: serverId, region: REGION });

  /** As if nobody had renewed a lock for too long. */
  async function lapse(lockId: string): Promise<void> {
    await compute.db.query(`UPDATE compute.servers SET lock_until = now() - interval '1 second' WHERE lock_id = $1`, [
      lockId,
    ]);
  }

  const untilFree = (serverId: string) =>
    eventually(async () => {
      const server = await compute.server(serverId);
      expect(server).toMatchObject({ task: null, job_id: null });
      return server;
    });

  it('keeps a stopped server for a capture, and tells of it when it comes and goes', async () => {
    const { id } = await compute.stopped(image);
    const lockId = randomUUID();
    const locked = await locks.take(id, lockId);
    expect(locked).toMatchObject({
      server: { id, status: 'stopped', task: 'capturing', job_id: lockId },
      disk: { kind: 'system_disk', size: String(3n * 2n ** 30n), image_id: image },
      lease_seconds: 60,
      event_ids: [expect.any(String)],
    });
    expect(locked.disk.base).toEqual(compute.catalog.images.get(image)?.object);
    expect(locked.export.url).toMatch(new RegExp(`^http://127.0.0.1:\\d+/exports/${lockId}/${locked.disk.id}$`));
    expect(await compute.server(id)).toMatchObject({ task: 'capturing', job_id: lockId });
    expect(await locks.renew(lockId)).toEqual([]);
    expect(await locks.release(lockId)).toEqual({ unlocked: true, event_ids: [expect.any(String)] });
    expect(await locks.release(lockId)).toEqual({ unlocked: false, event_ids: [] });
    const events = await compute.looks.told(id, [...TOLD_BEFORE, 'ServerLockChanged', 'ServerLockChanged']);
    expect(events.slice(-2)).toMatchObject([
      { data: { server: { task: 'capturing', job_id: lockId } } },
      { data: { server: { task: null, job_id: null } } },
    ]);
  });

  it('may be of all disks at once: each is told of and read under it, and it is no lock of one of them', async () => {
    const { servers, job } = await compute.create(image, {
      data_disks: [
        { size_gib: 2, image_id: null },
        { size_gib: 1, image_id: null },
      ],
    });
    await compute.looks.ended(job.id);
    const [{ id, data_disks }] = servers as [(typeof servers)[number]];
    await compute.looks.ended((await compute.operate(id, 'stop')).id);
    const lockId = randomUUID();
    const ask = (disk_id: string | null, acquire: boolean, scope: 'disk' | 'machine' = 'machine') =>
      compute.ask(
        LockServerDisk,
        { ...of(id), lock_id: lockId, disk_id, acquire, scope },
        acquire ? tenant() : captureService(),
      );
    const locked = await ask(null, true);
    expect(locked.disk.kind).toBe('system_disk');
    expect(locked.data_disks).toMatchObject(
      data_disks.map((disk) => ({ id: disk.id, kind: 'data_disk', size: String(disk.size_gib * 2 ** 30) })),
    );
    for (const disk of data_disks) {
      const seen = await ask(disk.id, false);
      expect(seen.disk.id).toBe(disk.id);
      expect((await fetchExport(seen.export, 'map')).status).toBe(200);
      const elsewhere = seen.export.url.replace(disk.id, 'nothing');
      expect((await fetchExport({ ...seen.export, url: elsewhere }, 'map')).status).toBe(404);
    }
    await expect(ask(data_disks[0]?.id ?? '', false, 'disk')).rejects.toMatchObject({ code: 'server.not_locked' });
    await expect(ask(null, true, 'disk')).rejects.toMatchObject({ code: 'server.busy' });
    await locks.release(lockId);
    expect((await fetchExport(locked.export, 'map')).status).toBe(404);
  });

  it('is the same one when it is asked for again, and shown to the worker of its capture', async () => {
    const { id } = await compute.stopped(image);
    const lockId = randomUUID();
    const [one, other] = await Promise.all([locks.take(id, lockId), locks.take(id, lockId)]);
    expect([...one.event_ids, ...other.event_ids]).toHaveLength(1);
    const seen = await locks.look(id, lockId);
    expect(seen).toMatchObject({ disk: one.disk, event_ids: [] });
    expect((await fetchExport(seen.export, 'map')).status).toBe(200);
    await expect(locks.look(id, randomUUID())).rejects.toMatchObject({ code: 'server.not_locked' });
    await expect(locks.look(id, lockId, captureService(OTHER_PROJECT))).rejects.toMatchObject({
      code: 'server.not_found',
    });
    await locks.release(lockId);
    await expect(locks.look(id, lockId)).rejects.toMatchObject({ code: 'server.not_locked' });
  });

  it('refuses everything else that would touch the server, and names the capture', async () => {
    const { id } = await compute.stopped(image);
    const lockId = randomUUID();
    await locks.take(id, lockId);
    const refused = [
      compute.operate(id, 'start'),
      compute.ask(DeleteServer, of(id)),
      compute.ask(ChangeServerOs, { ...of(id), image_id: image, user_data: null, idempotency_key: null }),
      locks.take(id, randomUUID()),
    ];
    for (const each of await Promise.allSettled(refused)) {
      expect(each).toMatchObject({
        reason: { code: 'server.busy', details: { task: 'capturing', job_id: lockId } },
      });
    }
    await locks.release(lockId);
    await compute.looks.ended((await compute.operate(id, 'start')).id);
  });

  it('is refused for what runs, is busy, is not there or is not the caller’s', async () => {
    const { id } = await compute.running(image);
    const take = (change: { serverId?: string; diskId?: string } = {}, who = tenant()) =>
      locks.take(change.serverId ?? id, randomUUID(), who, change.diskId ?? null);
    await expect(take()).rejects.toMatchObject({ code: 'server.not_stopped', remedy: 'Stop the server first.' });
    await expect(take({ serverId: randomUUID() })).rejects.toMatchObject({ code: 'server.not_found' });
    await expect(take({}, tenant(OTHER_PROJECT))).rejects.toMatchObject({ code: 'server.not_found' });
    await expect(take({}, captureService())).rejects.toMatchObject({ code: 'auth.forbidden' });
    await expect(take({}, tenant(PROJECT, ['reader']))).rejects.toMatchObject({ code: 'auth.forbidden' });
    await compute.dismiss();
    await compute.operate(id, 'stop');
    await expect(take()).rejects.toMatchObject({ code: 'server.busy', details: { task: 'stopping' } });
    await compute.hire();
    await untilFree(id);
    await expect(take({ diskId: randomUUID() })).rejects.toMatchObject({ code: 'server.disk_not_found' });
    const other = await compute.stopped(image);
    const { data_disks } = await withDataDisk();
    await expect(take({ serverId: other.id, diskId: data_disks[0]?.id ?? '' })).rejects.toMatchObject({
      code: 'server.disk_not_found',
    });
    const region = { server_id: id, region: OTHER_REGION, action: 'start', idempotency_key: null } as const;
    await expect(compute.ask(OperateServer, region)).rejects.toMatchObject({ code: 'server.not_found' });
    expect(await compute.server(id)).toMatchObject({ task: null });
  });

  it('is refused to an operator of another project, whose image the disk would become', async () => {
    const { id } = await compute.stopped(image);
    await expect(locks.take(id, randomUUID(), operator())).rejects.toMatchObject({ code: 'auth.forbidden' });
    expect(await compute.server(id)).toMatchObject({ task: null });
    const lockId = randomUUID();
    await locks.take(id, lockId, tenant(PROJECT, ['admin']));
    await locks.release(lockId);
  });

  async function withDataDisk() {
    const { servers, job } = await compute.create(image, { data_disks: [{ size_gib: 2, image_id: null }] });
    await compute.looks.ended(job.id);
    const id = servers[0]?.id ?? '';
    await compute.looks.ended((await compute.operate(id, 'stop')).id);
    return compute.server(id);
  }

  it('is of a data disk too, which may have no base', EXHAUSTIVE, async () => {
    const { id, data_disks } = await withDataDisk();
    const locked = await locks.take(id, randomUUID(), tenant(), data_disks[0]?.id ?? '');
    expect(locked.disk).toMatchObject({
      id: data_disks[0]?.id,
      kind: 'data_disk',
      size: String(2n * 2n ** 30n),
      image_id: null,
      base: null,
    });
  });

  it('has one winner when a start comes at the same time', async () => {
    const { id } = await compute.stopped(image);
    for (let round = 0; round < 5; round += 1) {
      const lockId = randomUUID();
      const asked = await Promise.allSettled([locks.take(id, lockId), compute.operate(id, 'start')]);
      const refused = asked.filter((each) => each.status === 'rejected');
      expect(refused.map(({ reason }) => (reason as { code: string }).code)).toEqual(['server.busy']);
      const [, start] = asked;
      if (start.status === 'fulfilled') {
        await compute.looks.ended(start.value.id);
        await compute.looks.ended((await compute.operate(id, 'stop')).id);
      } else await locks.release(lockId);
    }
  });

  it('numbers the disks anew whenever their content may have changed', EXHAUSTIVE, async () => {
    const { id } = await compute.stopped(image);
    const generation = async (): Promise<number> => {
      const lockId = randomUUID();
      const { disk } = await locks.take(id, lockId);
      await locks.release(lockId);
      return disk.generation;
    };
    const first = await generation();
    expect(await generation()).toBe(first);
    await compute.looks.ended((await compute.operate(id, 'start')).id);
    await compute.looks.ended((await compute.operate(id, 'stop')).id);
    const second = await generation();
    const change = { ...of(id), image_id: image, user_data: null, idempotency_key: null };
    await compute.looks.ended((await compute.ask(ChangeServerOs, change)).job.id);
    const third = await generation();
    expect(new Set([first, second, third]).size).toBe(3);
  });

  it('lapses when nobody renews it, with its export', async () => {
    const { id } = await compute.stopped(image);
    const lockId = randomUUID();
    const locked = await locks.take(id, lockId);
    expect((await fetchExport(locked.export, 'map')).status).toBe(200);
    await lapse(lockId);
    expect(await locks.renew(lockId)).toEqual([lockId]); // not even when nobody has noticed yet
    await untilFree(id);
    expect((await fetchExport(locked.export, 'map')).status).toBe(404);
    await compute.looks.told(id, [...TOLD_BEFORE, 'ServerLockChanged', 'ServerLockChanged']);
    expect(compute.machines.opened.every(({ isClosed }) => isClosed)).toBe(true);
  });

  it('is lost when the machine runs after all, and the server is shown running', async () => {
    const { id } = await compute.stopped(image);
    const lockId = randomUUID();
    const locked = await locks.take(id, lockId);
    expect((await fetchExport(locked.export, 'map')).status).toBe(200);
    compute.machines.machine(id).power = 'running';
    await eventually(async () => {
      expect(await compute.server(id)).toMatchObject({ status: 'running', task: null });
    });
    expect(await locks.renew(lockId)).toEqual([lockId]);
    expect((await fetchExport(locked.export, 'map')).status).toBe(404);
  });

  it('is lost when its host does not have the server any more', EXHAUSTIVE, async () => {
    const { id } = await compute.stopped(image);
    const lockId = randomUUID();
    await locks.take(id, lockId);
    compute.machines.servers.delete(id);
    await untilFree(id);
    expect(await locks.renew(lockId)).toEqual([lockId]);
  });

  it('is renewed and released by services alone', async () => {
    const { id } = await compute.stopped(image);
    const lockId = randomUUID();
    await locks.take(id, lockId);
    await expect(compute.ask(RenewServerLocks, { lock_ids: [lockId] })).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
    await expect(compute.ask(UnlockServer, { lock_id: lockId })).rejects.toMatchObject({ code: 'auth.forbidden' });
    const unknown = randomUUID();
    expect(await locks.renew(lockId, unknown)).toEqual([unknown]);
  });
});
