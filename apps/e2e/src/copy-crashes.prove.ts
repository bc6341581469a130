import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Copies } from '../test/copies.ts';
import { DatabaseGate } from '../test/database-gate.ts';
import { makeRawDisk } from '../test/source-disks.ts';
import { OTHER_REGION, startSystemUnderTest, type SystemUnderTest } from '../test/system-under-test.ts';
import type { RequestMatch } from '../test/store-proxy.ts';
import { expectTrueState } from '../test/true-state.ts';

const JOBS = 'export.jobs';

const isPart: RequestMatch = (method, url) => method === 'PUT' && url.searchParams.has('partNumber');

describe('whatever is killed around a copy, it is whole or not there', () => {
  let sut: SystemUnderTest;
  let copies: Copies;
  let imageId: string;
  let checksum: string | null;

  beforeAll(async () => {
    sut = await startSystemUnderTest({ otherRegion: true });
    copies = new Copies(sut.alice);
    const filling = [{ at: 3, length: 60 }];
    await sut.alice.bucket.putFile('source', await makeRawDisk(join(sut.directory, 'disk.raw'), 96, filling));
    const job = await sut.alice.ended((await sut.alice.import('source', { disk_format: 'raw' })).id);
    imageId = job.image_id ?? '';
    checksum = (await sut.alice.imageIn('active', imageId)).checksum;
  }, 300_000);
  afterAll(() => sut.close());
  afterEach(() => expectTrueState(sut), 120_000);

  type Accepted = Awaited<ReturnType<Copies['request']>>;

  async function begin(): Promise<Accepted> {
    const accepted = await copies.request(imageId, { name: 'copied', destination_region: OTHER_REGION });
    expect(accepted.status).toBe(202);
    return accepted;
  }

  async function expectCopied(accepted: Accepted): Promise<void> {
    const job = await copies.ended(accepted);
    expect(job).toMatchObject({ state: 'succeeded', error: null });
    const [copy, ...more] = await copies.listedThere();
    expect([copy?.id, copy?.checksum, more]).toEqual([job.image_id, checksum, []]);
    if (copy !== undefined) await copies.delete(copy, OTHER_REGION);
  }

  // Everything of the phase is done and nothing of it is saved yet: the worst moment of each.
  it.each([
    ['map', `OLD.phase = 'map' AND NEW.phase = 'transfer'`],
    ['transfer', `OLD.phase = 'transfer' AND NEW.phase = 'seal'`],
    ['seal', `OLD.phase = 'seal' AND NEW.phase = 'verify'`],
    ['verify', `OLD.phase = 'verify' AND NEW.phase = 'activate'`],
    ['activate', `OLD.state <> 'succeeded' AND NEW.state = 'succeeded'`],
  ])(
    'export, at the end of its phase %s',
    async (_phase, condition) => {
      const gate = await DatabaseGate.close(sut.databaseUrl, JOBS, condition);
      const accepted = await begin();
      try {
        await gate.reached();
        await sut.system.service('export').kill('SIGKILL');
      } finally {
        await gate.open(JOBS);
      }
      await sut.system.service('export').start();
      await expectCopied(accepted);
    },
    120_000,
  );

  it.each(['export', 'catalog', 'quota'] as const)(
    '%s in the middle of a transfer',
    async (service) => {
      const hold = sut.proxy.hold(isPart);
      const accepted = await begin();
      await hold.reached;
      await sut.system.service(service).kill('SIGKILL');
      await sut.system.service(service).start();
      hold.open();
      await expectCopied(accepted);
    },
    120_000,
  );

  it('export, while it is being cancelled: nothing of it stays', async () => {
    const hold = sut.proxy.hold(isPart);
    const accepted = await begin();
    await hold.reached;
    const { id } = accepted.body;
    expect((await sut.alice.ask('POST', `/regions/${OTHER_REGION}/v1/jobs/${id}/cancel`)).status).toBe(202);
    await sut.system.service('export').kill('SIGKILL');
    hold.open();
    await sut.system.service('export').start();
    const job = await copies.ended(accepted);
    expect(job).toMatchObject({ state: 'cancelled' });
    const [copy] = await copies.listedThere();
    expect(copy).toMatchObject({ id: job.image_id, status: 'killed' });
    if (copy !== undefined) await copies.delete(copy, OTHER_REGION);
  }, 120_000);
});
