import {
  AssignBucket,
  CancelImport,
  ImageImportRequestedV1,
  type JobView,
  ListBucketObjects,
  ListBuckets,
  refusal,
  RequestImport,
} from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import { importOf, PROJECT, REGION, tenant } from '../../test/requests.ts';
import { SweepAdmissions } from './sweep-admissions.ts';

describe('asking for an import', () => {
  let imports: ImportUnderTest;

  beforeAll(async () => {
    imports = await startImport({ IMPORT_ADMISSION_SECONDS: '3600' });
    await imports.files.put('disk.raw', Buffer.alloc(512));
  });

  afterAll(() => imports.close());

  const jobs = async (): Promise<number> => {
    const [row]: { count: number }[] = await imports.db.query('SELECT count(*)::int FROM import.jobs');
    return row?.count ?? -1;
  };

  /** Nothing of a refused request stays: no job, and no image that was not taken back. */
  async function expectNothing(asking: () => Promise<unknown>, refused: object): Promise<void> {
    const before = { jobs: await jobs(), images: imports.catalog.registered.size };
    await expect(asking()).rejects.toMatchObject(refused);
    expect({ jobs: await jobs(), images: imports.catalog.registered.size }).toEqual(before);
  }

  it('registers the image with the agreement, queues the job and says so in one event', async () => {
    const context = tenant();
    const { job, event_ids } = await imports.ask(RequestImport, importOf(imports.bucket, 'disk.raw'), context);
    expect(job).toMatchObject({ type: 'import', project_id: PROJECT, state: 'queued', phase: 'admit', attempt: 0 });
    expect(imports.catalog.registered.get(job.image_id ?? '')).toMatchObject({
      job_id: job.id,
      visibility: 'private',
      disk_format: 'qcow2',
      facts: { name: 'web', min_disk: 10 },
      agreement: { accepted_by: context.user_id, accepted_at: job.created_at },
    });
    const [event] = await eventually(() => {
      const events = imports.recorder.about(job.image_id ?? '');
      expect(events).toHaveLength(1);
      return events;
    });
    expect(event).toMatchObject({
      id: event_ids[0],
      type: 'ImageImportRequested',
      correlationid: context.correlation_id,
    });
    expect(ImageImportRequestedV1.data.parse(event?.data)).toMatchObject({
      source_uri: `s3://${imports.bucket}/disk.raw`,
      disk_format: 'raw',
      job,
    });
  });

  it('tells the same of a bucket of another project and of one that is not there', async () => {
    const refusedFor = async (bucket: string) => {
      const error: unknown = await imports.ask(RequestImport, importOf(bucket, 'disk.raw')).catch((e: unknown) => e);
      return JSON.parse(JSON.stringify(error).replaceAll(bucket, 'BUCKET'));
    };
    const before = await jobs();
    const other = await refusedFor(imports.otherBucket);
    expect(other).toMatchObject({ code: 'import.bucket_not_found', kind: 'not_found' });
    expect(other).toEqual(await refusedFor('no-such-bucket'));
    expect(await jobs()).toBe(before);
  });

  it('refuses an object that is not there, at once', async () => {
    await expectNothing(() => imports.request('missing.raw'), {
      code: 'import.object_not_found',
      details: { bucket: imports.bucket, object: 'missing.raw' },
    });
  });

  it('passes on what catalog refuses, and forgets the job', async () => {
    imports.catalog.refuseRegistration = refusal('quota.images_exceeded', 'No place is left.', { limit: 10, used: 10 });
    await expectNothing(() => imports.request('disk.raw', { idempotency_key: 'full' }), {
      code: 'quota.images_exceeded',
      details: { limit: 10, used: 10 },
    });
    imports.catalog.refuseRegistration = null;
    // The key is free again: the same request is accepted once there is a place.
    expect(await imports.request('disk.raw', { idempotency_key: 'full' })).toMatchObject({ state: 'queued' });
  });

  it('refuses a reader', async () => {
    const reader = tenant(PROJECT, ['reader']);
    await expectNothing(() => imports.ask(RequestImport, importOf(imports.bucket, 'disk.raw'), reader), {
      code: 'auth.forbidden',
    });
  });

  it('answers the same job to the same Idempotency-Key, also when asked many times at once', async () => {
    const ask = (): Promise<JobView> => imports.request('disk.raw', { idempotency_key: 'once' });
    const before = await jobs();
    const answers = [...(await Promise.all([ask(), ask(), ask(), ask(), ask()])), await ask()];
    expect(new Set(answers.map((job) => job.id)).size).toBe(1);
    expect(await jobs()).toBe(before + 1);
    const events = await eventually(() => {
      const about = imports.recorder.about(answers[0]?.image_id ?? '');
      expect(about).not.toHaveLength(0);
      return about;
    });
    expect(events).toHaveLength(1);
  });

  it('refuses another import under a used key, and lets another project use it', async () => {
    await imports.request('disk.raw', { idempotency_key: 'mine' });
    await expectNothing(() => imports.request('disk.raw', { idempotency_key: 'mine', disk_format: 'qcow2' }), {
      code: 'request.idempotency_conflict',
    });
    const other = importOf(imports.otherBucket, 'missing.raw', { idempotency_key: 'mine' });
    await expectNothing(() => imports.ask(RequestImport, other, tenant('p-b')), { code: 'import.object_not_found' });
  });

  it('makes one job of a request that is delivered twice', async () => {
    const context = tenant();
    const request = importOf(imports.bucket, 'disk.raw');
    const first = await imports.ask(RequestImport, request, context);
    expect((await imports.ask(RequestImport, request, context)).job.id).toBe(first.job.id);
  });

  it('takes an admission back that was cut off before it was promised, with the image, and not before its time', async () => {
    imports.catalog.refuseRegistration = new Error('nobody knows what happened');
    await expect(imports.request('disk.raw', { idempotency_key: 'cut-off' })).rejects.toMatchObject({
      code: 'internal',
    });
    imports.catalog.refuseRegistration = null;
    const [job]: { id: string; image_id: string; state: string }[] = await imports.db.query(
      `SELECT id, image_id, state FROM import.jobs WHERE idempotency_key = 'cut-off'`,
    );
    if (job === undefined) throw new Error('the admission is not recorded');
    // Nobody was promised this job, so nobody is told of it.
    await expect(imports.ask(CancelImport, { job_id: job.id })).rejects.toMatchObject({ code: 'job.not_found' });
    const sweeper = imports.app.get(SweepAdmissions);
    await sweeper.sweep();
    expect(await imports.looks.job(job.id)).toMatchObject({ state: 'admitting' });
    await imports.db.query(`UPDATE import.jobs SET created_at = now() - interval '2 hours' WHERE id = $1`, [job.id]);
    await sweeper.sweep();
    await expect(imports.looks.job(job.id)).rejects.toThrow('there is no job');
    expect(imports.catalog.abandoned).toContain(job.image_id);
  });

  it('cancels a waiting job at once, for its project and for operators only', async () => {
    const nobodys = imports.ask(CancelImport, { job_id: '00000000-0000-7000-8000-000000000009' });
    await expect(nobodys).rejects.toMatchObject({ code: 'job.not_found' });
    const job = await imports.request('disk.raw');
    const cancel = (...who: Parameters<typeof tenant>) => imports.ask(CancelImport, { job_id: job.id }, tenant(...who));
    await expect(cancel('p-b')).rejects.toMatchObject({ code: 'job.not_found' });
    await expect(cancel(PROJECT, ['reader'])).rejects.toMatchObject({ code: 'auth.forbidden' });
    expect((await cancel('operators', ['admin'])).job).toMatchObject({
      state: 'cancelled',
      error: { code: 'job.cancelled', phase: 'admit' },
    });
    await expect(cancel(PROJECT)).rejects.toMatchObject({ code: 'job.wrong_state', details: { state: 'cancelled' } });
    expect((await imports.looks.eventsOf(job.id)).map((event) => event.type)).toEqual([
      'ImageImportRequested',
      'ImageImportCancelled',
    ]);
  });

  it('lets operators assign buckets and projects see their own', async () => {
    const assignment = { project_id: PROJECT, region: REGION, bucket: 'another-bucket' };
    await expect(imports.ask(AssignBucket, assignment)).rejects.toMatchObject({ code: 'auth.forbidden' });
    const operator = tenant('operators', ['admin']);
    await imports.ask(AssignBucket, assignment, operator);
    await imports.ask(AssignBucket, assignment, operator);
    const mine = { project_id: PROJECT, region: REGION };
    const { buckets } = await imports.ask(ListBuckets, mine);
    expect(buckets.map(({ bucket }) => bucket)).toEqual(['another-bucket', imports.bucket].sort());
    await expect(imports.ask(ListBuckets, mine, tenant('p-b'))).rejects.toMatchObject({ code: 'auth.forbidden' });
    const elsewhere = { ...assignment, region: 'nowhere' };
    await expect(imports.ask(AssignBucket, elsewhere, operator)).rejects.toMatchObject({ code: 'region.not_found' });
  });

  it('shows a project what is in its bucket, and no other project', async () => {
    const keys = ['listed/a b.raw', 'listed/c\u0001.raw', 'listed/d.raw', 'listed/é.raw'];
    for (const key of keys) await imports.files.put(key, Buffer.from('disk'));
    const all = { region: REGION, bucket: imports.bucket, prefix: 'listed/', marker: null, limit: 100 };
    const { objects, next_marker } = await imports.ask(ListBucketObjects, all);
    // What no import could name is left out.
    expect(objects.map(({ object }) => object)).toEqual([keys[0], keys[2], keys[3]]);
    expect([objects[0]?.size, next_marker]).toEqual(['4', null]);
    expect(Date.parse(objects[0]?.last_modified ?? '')).toBeGreaterThan(0);
    const first = await imports.ask(ListBucketObjects, { ...all, limit: 1 });
    expect(first).toMatchObject({ objects: [{ object: keys[0] }], next_marker: keys[0] });
    const second = await imports.ask(ListBucketObjects, { ...all, limit: 1, marker: first.next_marker });
    expect(second).toMatchObject({ objects: [{ object: keys[2] }], next_marker: keys[2] });
    const reader = tenant(PROJECT, ['reader']);
    expect(await imports.ask(ListBucketObjects, { ...all, prefix: 'nothing' }, reader)).toMatchObject({ objects: [] });
    const code = 'import.bucket_not_found';
    await expect(imports.ask(ListBucketObjects, all, tenant('p-b'))).rejects.toMatchObject({ code });
    const others = { ...all, bucket: imports.otherBucket };
    await expect(imports.ask(ListBucketObjects, others)).rejects.toMatchObject({ code });
    // Assigned, and not there (any more).
    await expect(imports.ask(ListBucketObjects, { ...all, bucket: 'another-bucket' })).rejects.toMatchObject({
      code: 'import.source_unreadable',
    });
  });
});
