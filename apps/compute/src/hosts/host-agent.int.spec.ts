import { DeleteServer, GetServerConsole } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ComputeUnderTest, startCompute } from '../../test/compute-under-test.ts';
import type { ServerWorker } from '../../test/server-worker.ts';
import { OTHER_PROJECT, REGION, tenant } from '../../test/requests.ts';
import { CONSOLE_BYTES } from '../consoles/consoles.repository.ts';

describe('the host of servers', () => {
  let compute: ComputeUnderTest;
  let image: string;
  let worker: ServerWorker;

  beforeAll(async () => {
    compute = await startCompute();
    image = compute.catalog.add();
  });

  beforeEach(async () => {
    worker = await compute.hire();
  });

  afterEach(() => compute.dismiss());

  afterAll(() => compute.close());

  const untilStatus = (id: string, status: string) =>
    eventually(async () => {
      const server = await compute.server(id);
      expect(server.status).toBe(status);
      return server;
    });

  it('says that a server has crashed whose machine is gone', async () => {
    const { id } = await compute.running(image);
    compute.machines.machine(id).power = 'stopped';
    expect(await untilStatus(id, 'stopped')).toMatchObject({ fault: { code: 'server.crashed' }, started_at: null });
    const events = await compute.looks.told(id, ['ServerCreated', 'ServerStarted', 'ServerStopped']);
    expect(events.at(-1)).toMatchObject({ data: { reason: 'crashed' } });
  });

  it('says that a guest switched itself off, which is no fault', async () => {
    const { id } = await compute.running(image);
    compute.machines.end(id, 'guest');
    expect(await untilStatus(id, 'stopped')).toMatchObject({ fault: null });
    const events = await compute.looks.told(id, ['ServerCreated', 'ServerStarted', 'ServerStopped']);
    expect(events.at(-1)).toMatchObject({ data: { reason: 'guest' } });
  });

  it('shows a machine that runs though nobody knew', async () => {
    const { id } = await compute.stopped(image);
    compute.machines.machine(id).power = 'running';
    expect(await untilStatus(id, 'running')).toMatchObject({ started_at: expect.any(String) });
  });

  it('leaves a server alone while something is done with it', async () => {
    const { id } = await compute.running(image);
    const held = worker.gate.hold('stop', 'after');
    const job = await compute.operate(id, 'stop');
    await held.arrived;
    compute.machines.tell({ type: 'stopped', server_id: id, reason: 'crashed' });
    await untilLooked(3);
    expect(await compute.server(id)).toMatchObject({ status: 'running', task: 'stopping' });
    held.release();
    await compute.looks.ended(job.id);
    const events = await compute.looks.told(id, ['ServerCreated', 'ServerStarted', 'ServerStopped']);
    expect(events.at(-1)).toMatchObject({ data: { reason: 'requested' } });
  });

  /** The host has looked at all its machines so many times from now on. */
  async function untilLooked(times: number): Promise<void> {
    let looks = 0;
    const list = compute.machines.list.bind(compute.machines);
    compute.machines.list = () => {
      looks += 1;
      return list();
    };
    await eventually(() => {
      expect(looks).toBeGreaterThan(times);
    });
    compute.machines.list = list;
  }

  it('removes what is left of deleted servers, and nothing else', async () => {
    const { id } = await compute.running(image);
    const gone = await compute.running(image);
    const { spec } = compute.machines.machine(id);
    const { job } = await compute.ask(DeleteServer, { server_id: gone.id, region: REGION });
    await compute.looks.ended(job.id);
    // Nothing is known of this one: it may be all that is left of a server whose row was lost. It is looked at first.
    const stranger = crypto.randomUUID();
    await compute.machines.create({ ...spec, id: stranger });
    await compute.machines.create({ ...spec, id: gone.id });
    await eventually(() => {
      expect(compute.machines.servers.has(gone.id)).toBe(false);
    });
    await untilLooked(2);
    expect(compute.machines.servers.has(stranger)).toBe(true);
    expect(compute.machines.servers.has(id)).toBe(true);
    compute.machines.servers.delete(stranger);
  });

  it('tells of a disk error once, and the server runs on', async () => {
    const { id } = await compute.running(image);
    const disk = compute.machines.machine(id).spec.system_disk.id;
    for (let time = 0; time < 3; time++) {
      compute.machines.tell({ type: 'disk_error', server_id: id, disk_id: disk, message: '/secret/path: I/O error' });
    }
    compute.machines.end(id, 'guest');
    await untilStatus(id, 'stopped');
    const events = await compute.looks.told(id, ['ServerCreated', 'ServerStarted', 'ServerFailed', 'ServerStopped']);
    expect(events[2]).toMatchObject({
      data: { error: { code: 'server.disk_error', details: { disk_id: disk } }, server: { status: 'running' } },
    });
    expect(JSON.stringify(events[2])).not.toContain('secret');
  });

  it('shows what a server wrote to its console, to its project only', async () => {
    const { id } = await compute.running(image);
    const show = async (length = 1000, who = tenant()): Promise<string> =>
      (await compute.ask(GetServerConsole, { server_id: id, region: REGION, length }, who)).output;
    compute.machines.write(id, 'hello\n');
    expect(await show()).toBe('hello\n');
    compute.machines.write(id, Buffer.from([0x67, 0xff, 0x00, 0x6f]));
    compute.machines.write(id, 'od ✓');
    expect(await show()).toBe('hello\ng\ufffd\ufffdood ✓');
    expect(await show(5)).toBe('d ✓');
    await expect(show(5, tenant(OTHER_PROJECT))).rejects.toMatchObject({ code: 'server.not_found' });
  });

  it('keeps the end of a long console, also of a server that is off', async () => {
    const { id } = await compute.running(image);
    const line = `${'x'.repeat(1023)}\n`;
    compute.machines.write(id, line.repeat(1000));
    compute.machines.write(id, 'the end');
    const show = async (): Promise<string> =>
      (await compute.ask(GetServerConsole, { server_id: id, region: REGION, length: CONSOLE_BYTES })).output;
    await eventually(async () => {
      const output = await show();
      expect(output).toHaveLength(CONSOLE_BYTES);
      expect(output.endsWith('the end')).toBe(true);
    });
    const [kept]: { bytes: number }[] = await compute.db.query(
      'SELECT sum(length(data))::int AS bytes FROM compute.console_chunks WHERE server_id = $1',
      [id],
    );
    expect(kept?.bytes).toBeLessThanOrEqual(2 * CONSOLE_BYTES);
    compute.machines.end(id, 'guest');
    await untilStatus(id, 'stopped');
    expect((await show()).endsWith('the end')).toBe(true);
  });

  it('takes no servers while it cannot run any, and says why to operators only', async () => {
    compute.machines.broken = '/usr/bin/qemu is broken';
    try {
      await eventually(async () => {
        const refused: unknown = await compute.create(image).catch((error: unknown) => error);
        expect(refused).toMatchObject({ code: 'server.host_not_available' });
        expect(JSON.stringify(refused)).not.toContain('qemu');
      });
      const rows: unknown[] = await compute.db.query('SELECT unavailable FROM compute.hosts');
      expect(rows).toEqual([{ unavailable: '/usr/bin/qemu is broken' }]);
    } finally {
      compute.machines.broken = null;
    }
    await eventually(() => compute.create(image));
  });
});
