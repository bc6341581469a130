import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Captures } from '../test/captures.ts';
import { DatabaseGate } from '../test/database-gate.ts';
import { Host } from '../test/host.ts';
import { importDemoImage, Servers } from '../test/servers.ts';
import type { RequestMatch } from '../test/store-proxy.ts';
import { startSystemUnderTest, type SystemUnderTest } from '../test/system-under-test.ts';
import { expectTrueState } from '../test/true-state.ts';

const JOBS = 'capture.jobs';

const isUpload: RequestMatch = (method, url) => method === 'PUT' && url.searchParams.has('partNumber');

describe('whatever is killed around a capture, the server is free again and the image whole or gone', () => {
  let sut: SystemUnderTest;
  let servers: Servers;
  let captures: Captures;
  let imageId: string;
  let serverId: string;

  // The guest never gets far: what it has written until its power is cut is what is captured, every time the same.
  beforeAll(async () => {
    sut = await startSystemUnderTest();
    servers = new Servers(sut.alice);
    captures = new Captures(sut.alice);
    imageId = await importDemoImage(sut, sut.alice);
    const [server] = await servers.create({ image_id: imageId });
    serverId = server?.id ?? '';
    await servers.said(serverId, 'IMAGO DEMO boot 1');
    await servers.do(serverId, 'stop', { hard: true });
  }, 300_000);
  afterAll(() => sut.close());
  afterEach(async () => {
    expect(await servers.becomes(serverId, 'stopped')).toMatchObject({ task: null });
    for (const { id } of await sut.alice.images()) if (id !== imageId) await sut.alice.delete(id);
    await expectTrueState(sut);
  }, 120_000);

  async function captured(jobId: string): Promise<void> {
    const job = await sut.alice.ended(jobId);
    expect(job).toMatchObject({ state: 'succeeded', error: null });
    const image = await sut.alice.imageIn('active', job.image_id ?? '');
    expect((await sut.alice.download(image.id)).length).toBe(image.size);
  }

  // Everything of the phase is done and nothing of it is saved yet: the worst moment of each.
  it.each([
    ['lock', `OLD.phase = 'lock' AND NEW.phase = 'map'`],
    ['map', `OLD.phase = 'map' AND NEW.phase = 'transfer'`],
    ['transfer', `OLD.phase = 'transfer' AND NEW.phase = 'seal'`],
    ['seal', `OLD.phase = 'seal' AND NEW.phase = 'verify'`],
    ['verify', `OLD.phase = 'verify' AND NEW.phase = 'examine'`],
    ['examine', `OLD.phase = 'examine' AND NEW.phase = 'activate'`],
    ['activate', `OLD.state <> 'succeeded' AND NEW.state = 'succeeded'`],
  ])(
    'capture, at the end of its phase %s',
    async (_phase, condition) => {
      const gate = await DatabaseGate.close(sut.databaseUrl, JOBS, condition);
      const { body } = await captures.request(serverId, 'cut');
      try {
        await gate.reached();
        await sut.system.service('capture').kill('SIGKILL');
      } finally {
        await gate.open(JOBS);
      }
      await sut.system.service('capture').start();
      await captured(body.id);
    },
    120_000,
  );

  it.each(['catalog', 'compute'] as const)(
    '%s in the middle of a transfer',
    async (service) => {
      const hold = sut.proxy.hold(isUpload);
      const { body } = await captures.request(serverId, 'cut');
      await hold.reached;
      await sut.system.service(service).kill('SIGKILL');
      await sut.system.service(service).start();
      hold.open();
      await captured(body.id);
    },
    120_000,
  );

  it('a machine that is started behind our back: no torn image, and the reason is told', async () => {
    const gate = await DatabaseGate.close(sut.databaseUrl, JOBS, `OLD.phase = 'lock' AND NEW.phase = 'map'`);
    const { body } = await captures.request(serverId, 'moved');
    await gate.reached();
    // As a host would see it whose machine was switched on by hand: the lock is lost.
    await sut.db.query('UPDATE compute.servers SET lock_until = now() WHERE id = $1', [serverId]);
    await servers.becomes(serverId, 'stopped');
    await servers.do(serverId, 'start');
    await servers.do(serverId, 'stop', { hard: true });
    await gate.open(JOBS);
    const job = await sut.alice.ended(body.id);
    expect(job.state).toBe('failed');
    expect(['capture.disk_changed', 'server.not_locked']).toContain(job.error?.code);
    await sut.alice.imageIn('killed', job.image_id ?? '');
  }, 180_000);

  it('a worker that lost its lease and does not know it: it completes nothing', async () => {
    const hold = sut.proxy.hold((method, url) => method === 'POST' && url.searchParams.has('uploadId'));
    const { body } = await captures.request(serverId, 'fenced');
    await hold.reached;
    await sut.db.query('UPDATE capture.jobs SET fencing_token = fencing_token + 1, lease_until = now() WHERE id = $1', [
      body.id,
    ]);
    hold.open();
    await captured(body.id);
    const { rows } = await sut.db.query(
      `SELECT 1 FROM catalog.objects WHERE image_id = (SELECT image_id FROM capture.jobs WHERE id = $1) AND state = 'sealed'`,
      [body.id],
    );
    expect(rows.length).toBe(1);
  }, 120_000);

  it('the server is deleted when all is over, and nothing of it is left', async () => {
    const image = await captures.capture(serverId, 'last');
    await servers.delete(serverId);
    await new Host(sut).becomesEmpty();
    await eventually(async () => {
      expect((await sut.alice.image(image.id)).status).toBe('active');
    });
    const [again] = await servers.create({ image_id: image.id });
    serverId = again?.id ?? '';
    await servers.do(serverId, 'stop', { hard: true });
  }, 120_000);
});
