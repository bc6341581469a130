import { ChangeServerOs, DeleteServer, GetServer, OperateServer } from '@imago/contracts';
import { HypervisorError } from '@imago/hypervisor';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ComputeUnderTest, startCompute } from '../../test/compute-under-test.ts';
import type { ServerWorker } from '../../test/server-worker.ts';
import { operator, OTHER_PROJECT, PROJECT, REGION, tenant } from '../../test/requests.ts';
import { SweepAdmissions } from './sweep-admissions.ts';

describe('what is done with a server', () => {
  let compute: ComputeUnderTest;
  let image: string;
  let worker: ServerWorker;

  beforeAll(async () => {
    // The rows are looked after in another suite; here nobody but the jobs changes them.
    compute = await startCompute({ COMPUTE_MAXIMUM_ATTEMPTS: '2', COMPUTE_HEARTBEAT_SECONDS: '10' });
    image = compute.catalog.add();
  });

  beforeEach(async () => {
    worker = await compute.hire();
  });

  afterEach(async () => {
    await compute.dismiss();
    compute.machines.fails = () => null;
    compute.catalog.afterHold = () => Promise.resolve();
  });

  afterAll(() => compute.close());

  const of = (serverId: string) => ({ server_id: serverId, region: REGION });
  const remove = async (serverId: string) => (await compute.ask(DeleteServer, of(serverId))).job;
  const changeOs = (serverId: string, imageId: string, key: string | null = null) =>
    compute.ask(ChangeServerOs, { ...of(serverId), image_id: imageId, user_data: '#cloud', idempotency_key: key });

  it('starts and stops it, and tells of each once', async () => {
    const server = await compute.running(image);
    expect(server).toMatchObject({ status: 'running', task: null, job_id: null, started_at: expect.any(String) });
    expect(compute.machines.machine(server.id)).toMatchObject({
      power: 'running',
      spec: {
        name: 'web',
        vcpus: 1,
        ram: 256,
        firmware: 'bios',
        restricted: true,
        system_disk: { size: 3n * 2n ** 30n },
      },
    });
    await compute.looks.ended((await compute.operate(server.id, 'stop')).id);
    expect(await compute.server(server.id)).toMatchObject({ status: 'stopped', task: null, started_at: null });
    const { id } = await compute.operate(server.id, 'start');
    expect(await compute.looks.endsOf(id)).toEqual(['ServerJobSucceeded']);
    await compute.looks.ended((await compute.operate(server.id, 'reboot')).id);
    const events = await compute.looks.told(server.id, [
      'ServerCreated',
      'ServerStarted',
      'ServerStopped',
      'ServerStarted',
      'ServerRebooted',
    ]);
    expect(events[2]).toMatchObject({ data: { reason: 'requested', server: { status: 'stopped' } } });
    const versions = events.map(({ data }) => data.server.version);
    expect(versions).toEqual([...new Set(versions)].sort((one, other) => one - other));
  });

  it('refuses what its state does not allow', async () => {
    const { id } = await compute.running(image);
    await expect(compute.operate(id, 'start')).rejects.toMatchObject({ code: 'server.wrong_state' });
    await expect(changeOs(id, image)).rejects.toMatchObject({ code: 'server.not_stopped' });
    await compute.looks.ended((await compute.operate(id, 'stop')).id);
    for (const action of ['stop', 'reboot'] as const) {
      await expect(compute.operate(id, action)).rejects.toMatchObject({
        code: 'server.wrong_state',
        details: { status: 'stopped' },
      });
    }
  });

  it('takes one task at a time, also when two come at once', async () => {
    const { id } = await compute.running(image);
    const held = [worker.gate.hold('stop', 'before'), worker.gate.hold('reboot', 'before')];
    const asked = await Promise.allSettled([compute.operate(id, 'stop'), compute.operate(id, 'reboot')]);
    const refused = asked.filter((each) => each.status === 'rejected');
    expect(refused).toMatchObject([{ reason: { code: 'server.busy' } }]);
    await expect(compute.operate(id, 'stop')).rejects.toMatchObject({ code: 'server.busy' });
    await expect(remove(id)).rejects.toMatchObject({ code: 'server.busy', details: { task: expect.any(String) } });
    for (const each of held) each.release();
    const taken = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    for (const job of taken) await compute.looks.ended(job.id);
    expect((await compute.server(id)).task).toBeNull();
  });

  it('answers the same job to the same Idempotency-Key, also when the server has gone on since', async () => {
    const { id } = await compute.running(image);
    const stop = () =>
      compute.ask(OperateServer, { ...of(id), action: 'stop', hard: true, idempotency_key: 'stop-it' });
    const [one, other] = await Promise.all([stop(), stop()]);
    expect(one.job.id).toBe(other.job.id);
    await compute.looks.ended(one.job.id);
    expect((await stop()).job).toMatchObject({ id: one.job.id, state: 'succeeded' });
    const another = compute.ask(OperateServer, { ...of(id), action: 'start', idempotency_key: 'stop-it' });
    await expect(another).rejects.toMatchObject({ code: 'request.idempotency_conflict' });
  });

  it('is hidden from other projects, and open to operators, whose job is the tenant’s', async () => {
    const { id } = await compute.running(image);
    const order = { ...of(id), action: 'stop', idempotency_key: null } as const;
    await expect(compute.ask(OperateServer, order, tenant(OTHER_PROJECT))).rejects.toMatchObject({
      code: 'server.not_found',
    });
    await expect(compute.ask(DeleteServer, of(id), tenant(PROJECT, ['reader']))).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
    const { job } = await compute.ask(OperateServer, order, operator());
    expect(job.project_id).toBe(PROJECT);
    await compute.looks.ended(job.id);
  });

  it('keeps a failed task as its fault until something succeeds', async () => {
    const { id } = await compute.stopped(image);
    compute.machines.fails = (action) => (action === 'start' ? new HypervisorError('no such accelerator') : null);
    const job = await compute.operate(id, 'start');
    expect(await compute.looks.endsOf(job.id)).toEqual(['ServerJobFailed']);
    const failed = await compute.server(id);
    expect(failed).toMatchObject({ status: 'stopped', task: null, fault: { code: 'server.host_not_available' } });
    expect(JSON.stringify(failed)).not.toContain('accelerator');
    compute.machines.fails = () => null;
    await compute.looks.ended((await compute.operate(id, 'start')).id);
    expect(await compute.server(id)).toMatchObject({ status: 'running', fault: null });
  });

  it('gives a stopped server another system: the new image is held, the old one let go, id and data disks stay', async () => {
    const [old, next] = [compute.catalog.add(), compute.catalog.add({ boot_mode: 'uefi', min_disk: 7, name: 'next' })];
    const { servers, job } = await compute.create(old, { data_disks: [{ size_gib: 1, image_id: null }] });
    await compute.looks.ended(job.id);
    const id = servers[0]?.id ?? '';
    await compute.looks.ended((await compute.operate(id, 'stop')).id);
    const changing = await changeOs(id, next);
    expect(changing.server).toMatchObject({ task: 'changing_os', image_id: old });
    expect(await compute.looks.endsOf(changing.job.id)).toEqual(['ServerJobSucceeded']);
    expect(await compute.server(id)).toMatchObject({
      status: 'stopped',
      image_id: next,
      image_name: 'next',
      boot_mode: 'uefi',
      system_disk: { size_gib: 7 },
      data_disks: servers[0]?.data_disks,
    });
    const { spec } = compute.machines.machine(id);
    expect(spec).toMatchObject({ firmware: 'uefi', user_data: '#cloud', system_disk: { size: 7n * 2n ** 30n } });
    await eventually(() => {
      expect(compute.catalog.holders(old)).toEqual([]);
    });
    expect(compute.catalog.holders(next)).toEqual([spec.system_disk.id]);
    const told = compute.recorder.about(id).find(({ type }) => type === 'ServerOsChanged');
    expect(told).toMatchObject({ data: { previous_image_id: old } });
    // Of a full machine it is the system: what data the server has is its own.
    const machine = compute.catalog.addMachine(9);
    const { job: again } = await changeOs(id, machine.id);
    expect(await compute.looks.endsOf(again.id)).toEqual(['ServerJobSucceeded']);
    expect(await compute.server(id)).toMatchObject({ image_id: machine.id, data_disks: servers[0]?.data_disks });
    expect(compute.catalog.holders(machine.disks[0] ?? '')).toEqual([]);
  });

  it('leaves a server as it was, and nothing held, when its new image is refused', async () => {
    const { id } = await compute.stopped(image);
    const before = await compute.server(id);
    const hungry = compute.catalog.add({ min_ram: 1_000_000 });
    await expect(changeOs(id, hungry, 'again')).rejects.toMatchObject({ code: 'server.ram_too_small' });
    await expect(changeOs(id, crypto.randomUUID())).rejects.toMatchObject({ code: 'image.not_found' });
    await eventually(() => {
      expect(compute.catalog.holders(hungry)).toEqual([]);
    });
    const { version, updated_at, ...same } = before;
    const after = await compute.server(id);
    expect(after).toMatchObject(same);
    expect(after.version).toBeGreaterThan(version);
    expect(updated_at).not.toBe(after.updated_at);
    expect((await changeOs(id, image, 'again')).job.state).toBe('queued');
  });

  it('frees a server whose change was cut off before it was promised', EXHAUSTIVE, async () => {
    const { id } = await compute.stopped(image);
    const next = compute.catalog.add();
    compute.catalog.afterHold = () => Promise.reject(new Error('nobody knows what happened'));
    await expect(changeOs(id, next)).rejects.toMatchObject({ code: 'internal' });
    const { task, job_id } = await compute.server(id);
    expect(task).toBe('changing_os');
    await compute.looks.age(job_id ?? '');
    await compute.app.get(SweepAdmissions).sweep();
    expect(await compute.server(id)).toMatchObject({ task: null, job_id: null, image_id: image });
    await eventually(() => {
      expect(compute.catalog.holders(next)).toEqual([]);
    });
  });

  it('keeps the bytes of both systems while nobody knows which one the host has', async () => {
    const { id } = await compute.stopped(image);
    const next = compute.catalog.add();
    compute.machines.fails = (action) => (action === 'changeSystemDisk' ? new Error('half-way') : null);
    const { job } = await changeOs(id, next);
    expect(await compute.looks.endsOf(job.id)).toEqual(['ServerJobFailed']);
    expect(await compute.server(id)).toMatchObject({ image_id: image, fault: { code: 'job.attempts_exhausted' } });
    expect(compute.catalog.holders(next)).toHaveLength(1);
    compute.machines.fails = () => null;
    const last = compute.catalog.add();
    await compute.looks.ended((await changeOs(id, last)).job.id);
    await eventually(() => {
      expect(compute.catalog.holders(next)).toEqual([]);
    });
    expect(compute.catalog.holders(last)).toHaveLength(1);
  });

  it('deletes it with everything it held, also when it runs, and knows it no more', async () => {
    const own = compute.catalog.add();
    const { id } = await compute.running(own);
    const job = await remove(id);
    expect(await compute.looks.endsOf(job.id)).toEqual(['ServerJobSucceeded']);
    await expect(compute.ask(GetServer, of(id))).rejects.toMatchObject({ code: 'server.not_found' });
    await expect(remove(id)).rejects.toMatchObject({ code: 'server.not_found' });
    expect(compute.machines.servers.has(id)).toBe(false);
    await compute.looks.told(id, ['ServerCreated', 'ServerStarted', 'ServerDeleted']);
    await eventually(async () => {
      expect(compute.catalog.holders(own)).toEqual([]);
      expect(await compute.looks.count('hold_releases')).toBe(0);
    });
  });

  it('answers with the job that deletes it already', EXHAUSTIVE, async () => {
    const { id } = await compute.running(image);
    const held = worker.gate.hold('delete', 'before');
    const [one, other] = [await remove(id), await remove(id)];
    expect(one.id).toBe(other.id);
    held.release();
    await compute.looks.ended(one.id);
  });

  it('lets go of the bytes of a deleted server once catalog is there again', async () => {
    const own = compute.catalog.add();
    const { id } = await compute.running(own);
    compute.catalog.refuseRelease = new Error('away');
    await compute.looks.ended((await remove(id)).id);
    expect(compute.catalog.holders(own)).toHaveLength(1);
    expect(await compute.looks.count('hold_releases')).toBe(1);
    compute.catalog.refuseRelease = null;
    await eventually(() => {
      expect(compute.catalog.holders(own)).toEqual([]);
    });
  });
});
