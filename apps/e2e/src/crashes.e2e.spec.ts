import { join } from 'node:path';
import type { Service } from '@imago/contracts';
import { eventually, firstOfEach } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseGate, holdRelay } from '../test/database-gate.ts';
import { makeRawDisk } from '../test/source-disks.ts';
import type { RequestMatch } from '../test/store-proxy.ts';
import { systemFor } from '../test/shared-system.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';
import { expectTrueState } from '../test/true-state.ts';

/** 20 MiB of noise: two parts of 12 MiB, enough for every phase to have its work. */
const SMALL_MIB = 20;
/** 70 MiB: six parts, more than are under way at once. */
const LARGE_MIB = 70;
const PARTS = 6;
const JOBS = 'import.jobs';

const isPart: RequestMatch = (method, url) => method === 'PUT' && Number(url.searchParams.get('partNumber')) >= 2;

describe('whatever is killed, the system comes back to a true state by itself', () => {
  let sut: SystemUnderTest;

  beforeAll(async () => {
    sut = await systemFor('crashes');
    for (const [name, length] of [
      ['disk', SMALL_MIB],
      ['large', LARGE_MIB],
    ] as const) {
      const raw = await makeRawDisk(join(sut.directory, `${name}.raw`), 128, [{ at: 10, length }]);
      await sut.alice.bucket.putFile(name, raw);
    }
  });
  afterAll(() => sut.close());

  async function killAndRestart(
    service: Service,
    atGate: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    await sut.system.service(service).kill('SIGKILL');
    await atGate();
    await sut.system.service(service).start();
  }

  async function expectImageAndCleanUp(job: { readonly id: string; readonly image_id: string | null }): Promise<void> {
    expect(await sut.alice.ended(job.id)).toMatchObject({ state: 'succeeded' });
    await sut.alice.imageIn('active', job.image_id ?? '');
    await expectTrueState(sut);
    await sut.alice.delete(job.image_id ?? '');
    await expectTrueState(sut);
  }

  // Everything of the phase is done and nothing of it is saved yet: the worst moment of each.
  const ENDS = [
    { phase: 'seal', kind: 'after the bytes', condition: `OLD.phase = 'seal' AND NEW.phase = 'verify'` },
    { phase: 'verify', kind: 'after the bytes', condition: `OLD.phase = 'verify' AND NEW.phase = 'examine'` },
    { phase: 'examine', kind: 'after the bytes', condition: `OLD.phase = 'examine' AND NEW.phase = 'activate'` },
    { phase: 'admit', kind: 'before them', condition: `OLD.phase = 'admit' AND NEW.phase = 'inspect'` },
    { phase: 'inspect', kind: 'before them', condition: `OLD.phase = 'inspect' AND NEW.phase = 'transfer'` },
    { phase: 'transfer', kind: 'before them', condition: `OLD.phase = 'transfer' AND NEW.phase = 'seal'` },
    { phase: 'activate', kind: 'at the end', condition: `OLD.state <> 'succeeded' AND NEW.state = 'succeeded'` },
  ];
  for (const [ends, options] of firstOfEach(ENDS, ({ kind }) => kind)) {
    it.each(ends)('the import worker at the end of its phase $phase', options, async ({ condition }) => {
      const gate = await DatabaseGate.close(sut.databaseUrl, JOBS, condition);
      const job = await sut.alice.import('disk', { disk_format: 'raw' });
      await gate.reached();
      await killAndRestart('import', () => gate.open(JOBS));
      await expectImageAndCleanUp(job);
    });
  }

  it('the import worker in the middle of a transfer: at most the parts in flight are redone', async () => {
    const uploads = sut.proxy.count(isPart);
    const hold = sut.proxy.hold((method, url) => isPart(method, url) && url.searchParams.get('partNumber') === '5');
    const job = await sut.alice.import('large', { disk_format: 'raw' });
    await hold.reached;
    // The parts before it are stored and journaled; only then is it known what may be redone.
    await eventually(async () => {
      const { rows } = await sut.db.query('SELECT 1 FROM import.parts WHERE job_id = $1', [job.id]);
      expect(rows.length).toBeGreaterThanOrEqual(3);
    });
    await sut.system.service('import').kill('SIGKILL');
    const begun = sut.proxy.count(isPart) - uploads;
    const { rows } = await sut.db.query('SELECT 1 FROM import.parts WHERE job_id = $1 AND part_number < 5', [job.id]);
    await sut.system.service('import').start();
    hold.open();
    expect(await sut.alice.ended(job.id)).toMatchObject({ state: 'succeeded' });
    await eventually(async () => {
      const { rows: objects } = await sut.db.query<{ state: string }>(
        'SELECT state FROM catalog.objects WHERE image_id = $1',
        [job.image_id],
      );
      expect(objects).toEqual([{ state: 'sealed' }]);
    });
    const redone = sut.proxy.count(isPart) - uploads - PARTS;
    expect(redone).toBeLessThanOrEqual(begun - rows.length);
    await expectImageAndCleanUp(job);
  });

  // Each service has the same relay; the campaign kills all of them.
  it.each(['catalog'] as const)(
    'the relay of %s between commit and publish',
    async (service) => {
      await sut.system.service(service).stop();
      const relay = await holdRelay(sut.databaseUrl, service);
      await sut.system.service(service).start();
      const job = await sut.alice.import('disk', { disk_format: 'raw' });
      await eventually(async () => {
        const { rows } = await sut.db.query(`SELECT 1 FROM "${service}".outbox WHERE published_at IS NULL`);
        expect(rows.length).toBeGreaterThan(0);
      });
      await killAndRestart(service, () => relay.release());
      await expectImageAndCleanUp(job);
    },
    120_000,
  );

  it('a worker that lost its lease and does not know it: it completes nothing', async () => {
    const hold = sut.proxy.hold((method, url) => method === 'POST' && url.searchParams.has('uploadId'));
    const job = await sut.alice.import('disk', { disk_format: 'raw' });
    await hold.reached;
    // As if another worker had taken it over: its token is old now.
    await sut.db.query('UPDATE import.jobs SET fencing_token = fencing_token + 1, lease_until = now() WHERE id = $1', [
      job.id,
    ]);
    hold.open();
    await expectImageAndCleanUp(job);
  });
});
