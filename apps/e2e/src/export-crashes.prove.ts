import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseGate } from '../test/database-gate.ts';
import { Exports } from '../test/exports.ts';
import { makeRawDisk } from '../test/source-disks.ts';
import type { RequestMatch } from '../test/store-proxy.ts';
import { startSystemUnderTest, type SystemUnderTest } from '../test/system-under-test.ts';
import { expectTrueState } from '../test/true-state.ts';

const JOBS = 'export.jobs';

const isUpload: RequestMatch = (method, url) => method === 'PUT' && url.searchParams.has('partNumber');

describe('whatever is killed around an export, the file is whole or not there', () => {
  let sut: SystemUnderTest;
  let exports: Exports;
  let imageId: string;
  let checksum: string | null;
  let exported = 0;

  beforeAll(async () => {
    sut = await startSystemUnderTest();
    exports = new Exports(sut.alice);
    const filling = [{ at: 3, length: 60 }];
    await sut.alice.bucket.putFile('source', await makeRawDisk(join(sut.directory, 'disk.raw'), 96, filling));
    const job = await sut.alice.ended((await sut.alice.import('source', { disk_format: 'raw' })).id);
    imageId = job.image_id ?? '';
    checksum = (await sut.alice.imageIn('active', imageId)).checksum;
  }, 300_000);
  afterAll(() => sut.close());
  afterEach(() => expectTrueState(sut), 120_000);

  async function begin(): Promise<{ id: string; object: string }> {
    const object = `exported-${++exported}.qcow2`;
    const { status, body } = await exports.request(imageId, { disk_format: 'qcow2', object });
    expect(status).toBe(202);
    return { id: body.id, object };
  }

  async function expectExported({ id, object }: { id: string; object: string }): Promise<void> {
    expect(await sut.alice.ended(id)).toMatchObject({ state: 'succeeded', error: null, result: { object, checksum } });
    const file = await sut.alice.bucket.get(object);
    expect(createHash('md5').update(file).digest('hex')).toBe(checksum);
    expect((await sut.alice.bucket.keys()).uploads).toEqual([]);
  }

  // Everything of the phase is done and nothing of it is saved yet: the worst moment of each.
  it.each([
    ['admit', `OLD.phase = 'admit' AND NEW.phase = 'map'`],
    ['map', `OLD.phase = 'map' AND NEW.phase = 'transfer'`],
    ['transfer', `OLD.phase = 'transfer' AND NEW.phase = 'seal'`],
    ['seal', `OLD.phase = 'seal' AND NEW.phase = 'verify'`],
    ['verify', `OLD.state <> 'succeeded' AND NEW.state = 'succeeded'`],
  ])(
    'export, at the end of its phase %s',
    async (_phase, condition) => {
      const gate = await DatabaseGate.close(sut.databaseUrl, JOBS, condition);
      const job = await begin();
      try {
        await gate.reached();
        await sut.system.service('export').kill('SIGKILL');
      } finally {
        await gate.open(JOBS);
      }
      await sut.system.service('export').start();
      await expectExported(job);
    },
    120_000,
  );

  it.each(['export', 'catalog', 'import'] as const)(
    '%s in the middle of a transfer',
    async (service) => {
      const hold = sut.proxy.hold(isUpload);
      const job = await begin();
      await hold.reached;
      await sut.system.service(service).kill('SIGKILL');
      await sut.system.service(service).start();
      hold.open();
      await expectExported(job);
    },
    120_000,
  );

  it('export, while it is being cancelled: nothing of it stays', async () => {
    const hold = sut.proxy.hold(isUpload);
    const { id, object } = await begin();
    await hold.reached;
    expect((await sut.alice.ask('POST', `/v1/jobs/${id}/cancel`)).status).toBe(202);
    await sut.system.service('export').kill('SIGKILL');
    hold.open();
    await sut.system.service('export').start();
    expect(await sut.alice.ended(id)).toMatchObject({ state: 'cancelled' });
    await exports.becomesClear(sut);
    const { objects, uploads } = await sut.alice.bucket.keys();
    expect([objects.includes(object), uploads]).toEqual([false, []]);
  }, 120_000);

  it('a worker that lost its lease and does not know it: it completes nothing', async () => {
    const hold = sut.proxy.hold((method, url) => method === 'POST' && url.searchParams.has('uploadId'));
    const job = await begin();
    await hold.reached;
    await sut.db.query('UPDATE export.jobs SET fencing_token = fencing_token + 1, lease_until = now() WHERE id = $1', [
      job.id,
    ]);
    hold.open();
    await expectExported(job);
  }, 120_000);
});
