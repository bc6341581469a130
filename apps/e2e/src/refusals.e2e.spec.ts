import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallQcow2 } from '../test/source-disks.ts';
import { systemFor } from '../test/shared-system.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';
import type { ImportFields } from '../test/tenant.ts';
import { expectTrueState } from '../test/true-state.ts';

describe('what is refused', () => {
  let sut: SystemUnderTest;
  let disk: Buffer;

  beforeAll(async () => {
    sut = await systemFor('refusals');
    disk = await smallQcow2(sut.directory, sut.qemuImg);
    await sut.alice.bucket.put('disk', disk);
    await sut.bob.bucket.put('disk', disk);
  });
  afterAll(() => sut.close());

  it.each([
    ['a missing field', { name: undefined }, 400, 'request.invalid'],
    ['an unknown field', { favourite_colour: 'blue' }, 400, 'request.invalid'],
    ['another architecture', { architecture: 'sparc' }, 400, 'request.invalid'],
    ['a name too long', { name: 'n'.repeat(256) }, 400, 'request.invalid'],
    ['a name with control characters', { name: 'a\u0007b' }, 400, 'request.invalid'],
    ['a disk of no size', { min_disk: 0 }, 400, 'request.invalid'],
    ['a disk too large', { min_disk: 1025 }, 400, 'request.invalid'],
    ['no agreement', { agreement_accepted: false }, 400, 'request.invalid'],
    ['a bucket that is not there', { source: 's3://no-such-bucket/disk' }, 404, 'import.bucket_not_found'],
  ])('%s, at once, and nothing changes', async (_what, fields: ImportFields, status, code) => {
    const before = (await sut.alice.images()).length;
    const answer = await sut.alice.requestImport('disk', fields);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.body.remedy).not.toBe('');
    expect(await sut.alice.images()).toHaveLength(before);
    expect(await sut.alice.quotaUsed()).toBe(before);
  });

  it('an object that is not there, at once', async () => {
    const answer = await sut.alice.requestImport('nothing');
    expect(answer).toMatchObject({ status: 404, body: { code: 'import.object_not_found' } });
    expect(await sut.alice.preflight('nothing')).toEqual({ file: 'import.object_not_found' });
    expect(await sut.alice.quotaUsed()).toBe(0);
  });

  it('another project’s bucket, with the same answer as one that is not there', async () => {
    const foreign = await sut.alice.requestImport('disk', { source: `s3://${sut.bob.bucket.name}/disk` });
    const missing = await sut.alice.requestImport('disk', { source: 's3://no-such-bucket/disk' });
    expect(foreign.status).toBe(missing.status);
    expect(foreign.body.code).toBe(missing.body.code);
  });

  it('a file that is not what was declared: the job says what was found, and nothing is left', async () => {
    expect(await sut.alice.preflight('disk')).toEqual({});
    expect(await sut.alice.preflight('disk', { disk_format: 'raw' })).toEqual({ format: 'image.format_mismatch' });
    expect(await sut.alice.images()).toEqual([]);
    const job = await sut.alice.import('disk', { disk_format: 'raw' });
    const ended = await sut.alice.ended(job.id);
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'image.format_mismatch', phase: 'inspect' } });
    expect(ended.error?.message).toMatch(/raw.*qcow2/);
    await sut.alice.imageIn('killed', job.image_id ?? '');
    await sut.alice.delete(job.image_id ?? '');
    await expectTrueState(sut);
  });

  it('an import asked for twice under one key is one import', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = {
      source: `s3://${sut.alice.bucket.name}/disk`,
      name: 'once',
      disk_format: 'qcow2',
      os_distro: 'debian',
      os_version: '12',
      architecture: 'x86_64',
      min_disk: 1,
      enterprise_project_id: 'default',
      agreement_accepted: true,
    };
    const [first, second] = await Promise.all([
      sut.alice.ask<{ id: string; image_id: string }>('POST', '/v1/imports', body, headers),
      sut.alice.ask<{ id: string; image_id: string }>('POST', '/v1/imports', body, headers),
    ]);
    expect(second.body.id).toBe(first.body.id);
    const other = await sut.alice.ask('POST', '/v1/imports', { ...body, name: 'twice' }, headers);
    expect(other).toMatchObject({ status: 409, body: { code: 'request.idempotency_conflict' } });
    await sut.alice.ended(first.body.id);
    await sut.alice.imageIn('active', first.body.image_id);
    await sut.alice.delete(first.body.image_id);
  });

  it('the eleventh image, also when 50 requests race for the last place: exactly one wins', async () => {
    const nine = [];
    for (let count = 0; count < 9; count++) nine.push(await sut.bob.import('disk', { name: `image ${count}` }));
    const race = await Promise.all(
      Array.from({ length: 50 }, (_, racer) => sut.bob.requestImport('disk', { name: `racer ${racer}` })),
    );
    expect(race.filter(({ status }) => status === 202)).toHaveLength(1);
    for (const { status, body } of race.filter((answer) => answer.status !== 202)) {
      expect({ status, code: body.code }).toEqual({ status: 413, code: 'quota.images_exceeded' });
      expect(body.detail).toMatch(/10/);
    }
    expect(await sut.bob.quotaUsed()).toBe(10);
    expect(await sut.bob.images()).toHaveLength(10);
    const found = await sut.bob.preflight('disk', { disk_format: 'raw' });
    expect(found).toEqual({ format: 'image.format_mismatch', image_quota: 'quota.images_exceeded' });
    expect(await sut.bob.quotaUsed()).toBe(10);
    const winner = race.find(({ status }) => status === 202)?.body.id ?? '';
    for (const id of [...nine.map((job) => job.id), winner]) await sut.bob.ended(id);
    await expectTrueState(sut);
    for (const image of await sut.bob.images()) await sut.bob.delete(image.id);
    await expectTrueState(sut);
  });
});
