import { join } from 'node:path';
import { CHANGES_HEARD, SERVICES, SUBSCRIPTIONS } from '@imago/contracts';
import { PERSISTENT_SERVICES } from '@imago/persistence';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CampaignWork } from './campaign-work.ts';
import { Chance } from './chance.ts';
import { Disturbances, planOf } from './disturbances.ts';
import { OwnServers } from './own-servers.ts';
import { reconciled } from './reconciliations.ts';
import { Servers } from './servers.ts';
import { makeRawDisk } from './source-disks.ts';
import { startSystemUnderTest, type SystemUnderTest } from './system-under-test.ts';
import { expectTrueState } from './true-state.ts';

/** Milliseconds until everything that was promised has ended; nobody is killed any more. */
const END_TIME = 300_000;

/** Kills, and what must be true after them. The seed is told; `IMAGO_PROVE_SEED` runs the same plan again. */
export function describeCampaign(kills: number): void {
  describe('a campaign of kills', () => {
    let servers: OwnServers;
    let sut: SystemUnderTest;
    let stoppedServer: string;

    beforeAll(async () => {
      servers = await OwnServers.start();
      sut = await startSystemUnderTest({ infrastructure: servers.infrastructure });
      const small = await makeRawDisk(join(sut.directory, 'small.raw'), 24, [{ at: 2, length: 10 }], 'small');
      const disk = await makeRawDisk(join(sut.directory, 'disk.raw'), 96, [{ at: 8, length: 48 }]);
      for (const tenant of [sut.alice, sut.bob]) {
        await tenant.bucket.putFile('small', small);
        await tenant.bucket.putFile('disk', disk);
      }
      const job = await sut.alice.import('small', { disk_format: 'raw', name: 'base' });
      await sut.alice.imageIn('active', job.image_id ?? '');
      // Work that takes a while finds it there at its end, however much is deleted.
      await sut.alice.patch(job.image_id ?? '', [{ op: 'replace', path: '/protected', value: true }]);
      const orders = new Servers(sut.alice);
      const [server] = await orders.create({ image_id: job.image_id });
      stoppedServer = (await orders.do(server?.id ?? '', 'stop', { hard: true })).id;
    });
    afterAll(async () => {
      await sut.close();
      await servers.stop();
    });

    it(`leaves a true state after ${kills} kills of services and servers under everything tenants do`, async () => {
      const seed = Number(process.env['IMAGO_PROVE_SEED'] ?? Date.now() % 1_000_000);
      const chance = new Chance(seed);
      const work = new CampaignWork(sut, stoppedServer, seed);
      const disturbances = new Disturbances(sut, servers, chance);
      const told = (): string => JSON.stringify({ seed, kills, disturbed: disturbances.counts, done: work.done });
      work.begin();
      try {
        await disturbances.run(planOf(kills, chance));
        await everythingWorks(work);
      } finally {
        await work.end();
        console.log(told());
      }
      for (const service of sut.system.services)
        expect([service.name, service.isRunning]).toEqual([service.name, true]);
      await allEnded(sut);
      await expectTrueState(sut);
      expect(await lostEvents(sut)).toEqual({});
      expect(await doubledEvents(sut)).toEqual([]);
      for (const { name, found, error } of (await reconciled(sut.operator)).values())
        expect({ name, found, error }).toEqual({ name, found: 0, error: null });
    }, 3_600_000);
  });
}

/** A campaign too short for something to be done in it shows at least that it is done afterwards. */
async function everythingWorks({ done }: CampaignWork): Promise<void> {
  await eventually(
    () => {
      for (const what of ['import', 'capture', 'export', 'copy', 'share', 'delete'])
        expect([what, done[what] ?? 0]).not.toEqual([what, 0]);
      return Promise.resolve();
    },
    { timeout: END_TIME, interval: 200 },
  );
}

/** No job is open, and none failed but of images that were deleted: whatever was killed, somebody went on with it. */
async function allEnded({ db }: SystemUnderTest): Promise<void> {
  await eventually(
    async () => {
      expect(await jobs(db, 'finished_at IS NULL')).toEqual([]);
    },
    { timeout: END_TIME, interval: 200 },
  );
  // A copy has an image of its own, and what it was made of is in its input: each may be deleted while it is made.
  const ofDeleted = `error ->> 'code' IN ('image.not_found', 'export.image_deleted', 'copy.image_deleted')
    AND EXISTS (SELECT 1 FROM catalog.images WHERE images.status = 'deleted'
      AND images.id IN ((input #>> '{copy,source,image_id}')::uuid, image_id))`;
  expect(await jobs(db, `jobs.state = 'failed' AND NOT (${ofDeleted})`)).toEqual([]);
}

async function jobs(db: SystemUnderTest['db'], condition: string): Promise<object[]> {
  const tables = ['import', 'capture', 'export', 'compute'].map(
    (service) =>
      `SELECT '${service}' AS service, id, type, state, phase, error FROM ${service}.jobs WHERE ${condition}`,
  );
  return (await db.query<object>(tables.join(' UNION ALL '))).rows;
}

/** Events of each service that a service which listens to them has not applied, counted. */
async function lostEvents({ db }: SystemUnderTest): Promise<Record<string, number>> {
  const lost: Record<string, number> = {};
  for (const listener of SERVICES.filter((service) => service !== 'gateway')) {
    const heard = SUBSCRIPTIONS[listener];
    const keys = heard === 'every' ? null : heard.map(({ routingKey }) => routingKey);
    for (const source of PERSISTENT_SERVICES) {
      const { rows } = await db.query<{ count: number }>(
        `SELECT count(*)::integer AS count FROM "${source}".outbox
         WHERE ($1::text[] IS NULL OR routing_key = ANY ($1))
           AND ($2::jsonb -> routing_key IS NULL OR EXISTS (
             SELECT 1 FROM jsonb_array_elements_text($2::jsonb -> routing_key) AS heard
             WHERE envelope::jsonb -> 'data' -> 'changed' ? heard))
           AND NOT EXISTS (SELECT 1 FROM "${listener}".inbox WHERE message_id = outbox.id)`,
        [keys, JSON.stringify(CHANGES_HEARD[listener] ?? {})],
      );
      if ((rows[0]?.count ?? 0) > 0) lost[`${source} to ${listener}`] = rows[0]?.count ?? 0;
    }
  }
  return lost;
}

/** Events without a version of anything: the same figures may truly come again. */
const MAY_COME_AGAIN = ['QuotaThresholdReached', 'QuotaRefused', 'QuotaReserved', 'QuotaReleased'];

/** Facts that were told more often than they happened; each carries the version of what it tells of. */
async function doubledEvents({ db }: SystemUnderTest): Promise<object[]> {
  const { rows } = await db.query<object>(
    `SELECT type, subject, envelope::jsonb -> 'data' AS data, count(*)::integer AS count FROM activity.log
     WHERE type <> ALL ($1) GROUP BY source, type, subject, envelope::jsonb -> 'data' HAVING count(*) > 1`,
    [MAY_COME_AGAIN],
  );
  return [...rows, ...(await doubledPlaces(db))];
}

/** A place is taken, given back and perhaps taken again; the same twice in a row is one change counted twice. */
async function doubledPlaces(db: SystemUnderTest['db']): Promise<object[]> {
  const { rows } = await db.query<object>(
    `SELECT * FROM (
       SELECT type, subject, envelope::jsonb -> 'data' AS data, lag(type) OVER (
         PARTITION BY subject, envelope::jsonb #> '{data,project_id}' ORDER BY (envelope::jsonb ->> 'sequence')::bigint
       ) AS before
       FROM activity.log WHERE type IN ('QuotaReserved', 'QuotaReleased')) told
     WHERE type = before`,
  );
  return rows;
}
