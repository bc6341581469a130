import type { JobOnBoard, ServerRecord } from '@imago/contracts';
import { BOOT_MARKER } from '@imago/demo-image';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseGate } from '../test/database-gate.ts';
import { Host } from '../test/host.ts';
import { importDemoImage, Servers } from '../test/servers.ts';
import { startSystemUnderTest, type SystemUnderTest } from '../test/system-under-test.ts';
import { expectTrueState } from '../test/true-state.ts';

const JOBS = 'compute.jobs';
const SERVERS = 'compute.servers';
const JOB_ENDS = `OLD.state <> 'succeeded' AND NEW.state = 'succeeded'`;

describe('whatever is killed around a server, its state becomes true again by itself', () => {
  let sut: SystemUnderTest;
  let servers: Servers;
  let host: Host;
  let imageId: string;

  beforeAll(async () => {
    sut = await startSystemUnderTest();
    servers = new Servers(sut.alice);
    host = new Host(sut);
    imageId = await importDemoImage(sut, sut.alice);
  }, 300_000);
  afterAll(() => sut.close());
  afterEach(async () => {
    for (const { id } of await servers.list()) await servers.delete(id);
    await host.becomesEmpty();
    await expectTrueState(sut);
  }, 60_000);

  async function running(): Promise<ServerRecord> {
    const [server] = await servers.create({ image_id: imageId });
    if (server === undefined) throw new Error('there is no server');
    return server;
  }

  async function killComputeAt(gate: DatabaseGate, table: string): Promise<void> {
    try {
      await gate.reached();
      await sut.system.service('compute').kill('SIGKILL');
    } finally {
      await gate.open(table); // or every later test would wait at it
    }
    await sut.system.service('compute').start();
  }

  // Everything of the step is done and nothing of it is saved yet: the worst moment of each.
  it.each([
    ['build', SERVERS, `OLD.built_at IS NULL AND NEW.built_at IS NOT NULL`],
    ['start', SERVERS, `OLD.status = 'building' AND NEW.status = 'running'`],
    ['the end', JOBS, JOB_ENDS],
  ])(
    'compute, at %s of a new server',
    async (_step, table, condition) => {
      const gate = await DatabaseGate.close(sut.databaseUrl, table, condition);
      const { body } = await servers.request({ image_id: imageId });
      await killComputeAt(gate, table);
      await servers.succeeded(body);
      expect(await servers.show(body.servers[0]?.id ?? '')).toMatchObject({ status: 'running', task: null });
      expect(host.machines().length).toBe(1);
    },
    120_000,
  );

  it('compute, while it boots an image once: nothing is left, and the image is booted again', async () => {
    const { body } = await sut.alice.ask<JobOnBoard>('POST', `/v1/images/${imageId}/boot-proofs`);
    await eventually(() => {
      expect(host.machines().length).toBe(1);
    });
    await sut.system.service('compute').kill('SIGKILL');
    await sut.system.service('compute').start();
    await servers.succeeded(body);
    expect(await sut.alice.get(`/v1/images/${imageId}/boot-proof`)).toMatchObject({ status: 'proven' });
  }, 240_000);

  it.each([
    ['stop', 'running', 'stopped', { hard: true }],
    ['start', 'stopped', 'running', undefined],
    ['reboot', 'running', 'running', { hard: true }],
    ['change-os', 'stopped', 'stopped', {}],
  ] as const)(
    'compute, at the end of %s',
    async (action, before, after, body) => {
      const { id } = await running();
      if (before === 'stopped') await servers.do(id, 'stop', { hard: true });
      const gate = await DatabaseGate.close(sut.databaseUrl, JOBS, JOB_ENDS);
      const order = await servers.order(id, action, action === 'change-os' ? { image_id: imageId } : body);
      await killComputeAt(gate, JOBS);
      await servers.succeeded(order.body);
      expect(await servers.show(id)).toMatchObject({ status: after, task: null, fault: null });
      expect(host.machines().length).toBe(after === 'running' ? 1 : 0);
    },
    120_000,
  );

  it('compute, at the end of a deletion', async () => {
    const { id } = await running();
    const gate = await DatabaseGate.close(sut.databaseUrl, JOBS, JOB_ENDS);
    const { body } = await sut.alice.ask<{ id: string }>('DELETE', `/v1/servers/${id}`);
    await killComputeAt(gate, JOBS);
    await servers.succeeded(body);
    expect(await servers.list()).toEqual([]);
  }, 120_000);

  it('compute and its disk server while a guest boots: it never notices', async () => {
    const { id } = await running();
    const machine = host.machine();
    await sut.system.service('compute').kill('SIGKILL');
    await eventually(() => {
      expect(host.diskServers()).toEqual([]);
    });
    await sut.system.service('compute').start();
    await servers.said(id, `${BOOT_MARKER} 1`);
    expect(host.machine()).toBe(machine);
    expect(await servers.console(id)).not.toMatch(/I\/O error/i);
    expect(await servers.becomes(id, 'running')).toMatchObject({ fault: null });
  }, 240_000);

  it('the disk server alone: it is back before its guest gives up', async () => {
    const { id } = await running();
    const [serving] = host.diskServers();
    if (serving === undefined) throw new Error('there is no disk server');
    process.kill(serving, 'SIGKILL');
    await servers.said(id, `${BOOT_MARKER} 1`);
    expect(await servers.console(id)).not.toMatch(/I\/O error/i);
  }, 240_000);

  it('the machine itself: the server is stopped, says why, and can be started again', async () => {
    const { id } = await running();
    await servers.said(id, `${BOOT_MARKER} 1`);
    process.kill(host.machine(), 'SIGKILL');
    expect(await servers.becomes(id, 'stopped')).toMatchObject({
      fault: { code: 'server.crashed' },
      started_at: null,
    });
    expect(await servers.do(id, 'start')).toMatchObject({ status: 'running', fault: null });
    await servers.said(id, `${BOOT_MARKER} 2`);
  }, 300_000);

  it('the machine while nobody looks: found when compute is back', async () => {
    const { id } = await running();
    await sut.system.service('compute').kill('SIGKILL');
    process.kill(host.machine(), 'SIGKILL');
    await sut.system.service('compute').start();
    await servers.becomes(id, 'stopped');
  }, 120_000);

  it('a byte of the image in the store: the guest gets an error instead of it, and its owner a reason', async () => {
    const damagedId = await importDemoImage(sut, sut.alice, 'damaged');
    await sut.images.damage(await objectOf(sut, damagedId));
    const { body } = await servers.request({ image_id: damagedId });
    await sut.alice.ended(body.id);
    await eventually(
      async () => {
        expect(await servers.show(body.servers[0]?.id ?? '')).toMatchObject({ fault: { code: 'server.disk_error' } });
      },
      { timeout: 60_000 },
    );
    await sut.alice.delete(damagedId);
  }, 240_000);
});

async function objectOf({ db }: SystemUnderTest, imageId: string): Promise<string> {
  const { rows } = await db.query<{ key: string }>(
    `SELECT key FROM catalog.objects WHERE image_id = $1 AND state = 'sealed'`,
    [imageId],
  );
  if (rows[0] === undefined) throw new Error(`image ${imageId} has no object`);
  return rows[0].key;
}
