import { RequestImport } from '@imago/contracts';
import { Regions } from '@imago/object-store';
import { rootLogger, type RunningService, startService } from '@imago/service';
import { S3Gate } from '@imago/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallDisk } from '../test/disks.ts';
import { Looks } from '../test/looks.ts';
import { importOf, REGION, tenant } from '../test/requests.ts';
import { assignBuckets, startSurroundings, type Surroundings } from '../test/surroundings.ts';
import { importService } from './import-service.ts';

describe('the import service', () => {
  let surroundings: Surroundings;
  let gate: S3Gate;
  let running: RunningService;

  async function start(): Promise<Looks> {
    const { config, regions, neighbours, writeRegions } = surroundings;
    const behindGate = regions.map((region) => ({ ...region, s3: { ...region.s3, endpoint: gate.endpoint } }));
    const service = importService({ ...config, IMAGO_REGIONS_FILE: await writeRegions(behindGate) });
    running = await startService(service, rootLogger('import', 'fatal'));
    return new Looks(running.app.get(DataSource), neighbours.recorder);
  }

  async function request() {
    const { buckets, neighbours } = surroundings;
    const asked = { context: tenant() };
    return (await neighbours.requests.send(RequestImport, importOf(buckets.own, 'small.raw'), asked)).job;
  }

  beforeAll(async () => {
    surroundings = await startSurroundings();
    const [region] = surroundings.regions;
    gate = await S3Gate.open(region?.s3.endpoint ?? '');
    await start();
    await assignBuckets(surroundings);
    const files = running.app.get(Regions).get(REGION).bucketStore(surroundings.buckets.own);
    await files.put('small.raw', smallDisk());
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

  it('gives a running import back when it is stopped, as no failed try, and goes on with it when it is started', async () => {
    const looks = new Looks(running.app.get(DataSource), surroundings.neighbours.recorder);
    const held = gate.hold((call) => call.action === 'upload_part' && call.partNumber === 1);
    const job = await request();
    await held.arrived;
    expect(await looks.job(job.id)).toMatchObject({ state: 'running', phase: 'seal' });
    await running.stop();
    held.release();
    const later = await start();
    const ended = await later.ended(job.id);
    expect(ended).toMatchObject({ state: 'succeeded', attempt: 1 });
    const views = (await later.eventsOf(job.id)).map((event) => event.data as { job: { state: string } });
    expect(views.map((view) => view.job.state)).toEqual(
      expect.arrayContaining(['running', 'queued', 'running', 'succeeded']),
    );
    expect(gate.count('upload_part', (call) => call.partNumber === 2)).toBe(1);
  });
});
