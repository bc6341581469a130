import { RequestCapture } from '@imago/contracts';
import { rootLogger, type RunningService, startService } from '@imago/service';
import { eventually, S3Gate } from '@imago/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestServer } from '../test/compute-neighbour.ts';
import { smallDisk } from '../test/disks.ts';
import { Looks } from '../test/looks.ts';
import { captureOf, tenant } from '../test/requests.ts';
import { startSurroundings, type Surroundings } from '../test/surroundings.ts';
import { captureService } from './capture-service.ts';

describe('the capture service', () => {
  let surroundings: Surroundings;
  let gate: S3Gate;
  let running: RunningService;

  async function start(): Promise<Looks> {
    const { config, regions, neighbours, writeRegions } = surroundings;
    const behindGate = regions.map((region) => ({ ...region, s3: { ...region.s3, endpoint: gate.endpoint } }));
    const service = captureService({ ...config, IMAGO_REGIONS_FILE: await writeRegions(behindGate) });
    running = await startService(service, rootLogger('capture', 'fatal'));
    return new Looks(running.app.get(DataSource), neighbours.recorder);
  }

  async function request(server: TestServer) {
    const asked = { context: tenant() };
    return (await surroundings.neighbours.requests.send(RequestCapture, captureOf(server.id), asked)).job;
  }

  function server(): TestServer {
    const content = smallDisk();
    return surroundings.neighbours.compute.add({ content, changed: [{ offset: 0, length: content.length }] });
  }

  const expectFree = (released: TestServer) =>
    eventually(() => {
      expect(surroundings.neighbours.compute.isLocked(released)).toBe(false);
    });

  beforeAll(async () => {
    surroundings = await startSurroundings({ CAPTURE_LOCK_SECONDS: '60' });
    const [region] = surroundings.regions;
    gate = await S3Gate.open(region?.s3.endpoint ?? '');
    await start();
  });

  afterAll(async () => {
    await running.stop();
    await gate.close();
    await surroundings.close();
  });

  it('is ready once database, broker and outbox are, and tells so', async () => {
    const answer = await fetch(`http://127.0.0.1:${running.port}/health/ready`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
  });

  it('releases a server as soon as its capture has ended, without waiting for the next look', async () => {
    const locked = server();
    const job = await request(locked);
    await new Looks(running.app.get(DataSource), surroundings.neighbours.recorder).ended(job.id);
    await expectFree(locked);
  });

  it('gives a running capture back when it is stopped, as no failed try, and goes on with it when it is started', async () => {
    const looks = new Looks(running.app.get(DataSource), surroundings.neighbours.recorder);
    const held = gate.hold((call) => call.action === 'upload_part' && call.partNumber === 1);
    const locked = server();
    const before = gate.count('upload_part', (call) => call.partNumber === 2);
    const job = await request(locked);
    await held.arrived;
    expect(await looks.job(job.id)).toMatchObject({ state: 'running', phase: 'seal' });
    await running.stop();
    held.release();
    expect(surroundings.neighbours.compute.isLocked(locked)).toBe(true);
    const later = await start();
    expect(await later.ended(job.id)).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(gate.count('upload_part', (call) => call.partNumber === 2)).toBe(before + 1);
    await expectFree(locked);
  });

  it('releases at its start the servers of captures that ended while it was killed', async () => {
    const looks = new Looks(running.app.get(DataSource), surroundings.neighbours.recorder);
    const { compute } = surroundings.neighbours;
    const away = new Error('compute is away');
    compute.refuseUnlocks = away;
    const locked = server();
    const job = await request(locked);
    await looks.ended(job.id);
    await running.stop();
    compute.refuseUnlocks = null;
    expect(compute.isLocked(locked)).toBe(true);
    await start();
    await expectFree(locked);
  });
});
