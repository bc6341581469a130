import { randomUUID } from 'node:crypto';
import {
  CancelCapture,
  ImageCaptureRequestedV1,
  type JobView,
  refusal,
  RequestCapture,
  type ServerRecord,
} from '@imago/contracts';
import { registeredRecord } from '@imago/contracts/testing';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CaptureUnderTest, startCapture } from '../../test/capture-under-test.ts';
import type { TestServer } from '../../test/compute-neighbour.ts';
import { captureOf, OTHER_PROJECT, PROJECT, REGION, tenant } from '../../test/requests.ts';
import { SweepAdmissions } from './sweep-admissions.ts';

describe('asking for a capture', () => {
  let captures: CaptureUnderTest;

  beforeAll(async () => {
    captures = await startCapture({ CAPTURE_ADMISSION_SECONDS: '3600' });
  });

  afterAll(() => captures.close());

  const jobs = async (): Promise<number> => {
    const [row]: { count: number }[] = await captures.db.query('SELECT count(*)::int FROM capture.jobs');
    return row?.count ?? -1;
  };
  const content = Buffer.alloc(512);
  const stopped = (): TestServer => captures.compute.add({ content }, { content });

  /** Nothing of a refused request stays: no job, no image, no lock. */
  async function expectNothing(asking: () => Promise<unknown>, refused: object): Promise<void> {
    const before = { jobs: await jobs(), images: captures.catalog.registered.size, locks: captures.compute.locks.size };
    await expect(asking()).rejects.toMatchObject(refused);
    const after = { jobs: await jobs(), images: captures.catalog.registered.size, locks: captures.compute.locks.size };
    expect(after).toEqual(before);
  }

  it('locks the server, registers the image by what is known of it, queues the job and says so in one event', async () => {
    const made = registeredRecord(
      {
        image_id: randomUUID(),
        region: REGION,
        job_id: null,
        facts: {
          name: 'debian',
          description: null,
          image_type: 'system_disk',
          architecture: 'x86_64',
          min_disk: 1,
          min_ram: 256,
          boot_mode: 'uefi',
          enterprise_project_id: 'default',
          tags: [],
        },
        visibility: 'public',
        owner: null,
        protected: false,
        os_hidden: false,
        disk_format: 'qcow2',
        container_format: null,
        properties: {},
        data_disks: [],
        agreement: null,
      },
      'operators',
    );
    const object = { object_id: randomUUID(), key: 'k', disk_format: 'raw' as const, size: '512', virtual_size: '512' };
    const base = { ...object, index_hash: null, layers: [] };
    captures.catalog.images.set(made.id, { image: made, object: base });
    const server = captures.compute.add({ content, image_id: made.id, base });
    const context = tenant();
    const asked = captureOf(server.id, { description: 'after its update', verify_boot: true });
    const { job, event_ids } = await captures.ask(RequestCapture, asked, context);
    expect(job).toMatchObject({ type: 'capture', project_id: PROJECT, state: 'queued', phase: 'lock', attempt: 0 });
    expect(captures.compute.isLocked(server)).toBe(true);
    expect(captures.catalog.registered.get(job.image_id ?? '')).toMatchObject({
      verify_boot: true,
      job_id: job.id,
      visibility: 'private',
      disk_format: 'qcow2',
      facts: {
        name: asked.name,
        description: 'after its update',
        image_type: 'system_disk',
        architecture: 'x86_64',
        os_distro: 'debian',
        os_version: '12',
        boot_mode: 'uefi',
        min_disk: 1,
        min_ram: 256,
        enterprise_project_id: 'default',
      },
    });
    const [event] = await eventually(() => {
      const events = captures.recorder.about(job.image_id ?? '');
      expect(events).toHaveLength(1);
      return events;
    });
    expect(event).toMatchObject({
      id: event_ids[0],
      type: 'ImageCaptureRequested',
      correlationid: context.correlation_id,
    });
    expect(ImageCaptureRequestedV1.data.parse(event?.data)).toMatchObject({
      job,
      origin: {
        server_id: server.id,
        server_name: 'web-1',
        disk: 'system_disk',
        disk_id: server.disks[0]?.id,
        image_id: made.id,
      },
    });
  });

  it('takes a data disk for what it is: no operating system', async () => {
    const server = stopped();
    const source = { type: 'data_disk' as const, disk_id: server.disks[1]?.id ?? '' };
    const { image_id } = await captures.request(server.id, { source });
    const facts = captures.catalog.registered.get(image_id ?? '')?.facts;
    expect(facts).toMatchObject({ image_type: 'data_disk', min_ram: 0, boot_mode: null });
    expect(facts).not.toHaveProperty('os_distro');
  });

  it('generalizes no data disk: there is no operating system on it', async () => {
    const server = stopped();
    const source = { type: 'data_disk' as const, disk_id: server.disks[1]?.id ?? '' };
    await expectNothing(() => captures.request(server.id, { source, generalize: true }), {
      code: 'capture.not_generalizable',
      kind: 'invalid',
    });
  });

  it('passes on what compute refuses', async () => {
    const statuses: [ServerRecord['status'], string][] = [
      ['running', 'server.not_stopped'],
      ['building', 'server.not_stopped'],
    ];
    for (const [status, code] of statuses) {
      const server = stopped();
      server.status = status;
      await expectNothing(() => captures.request(server.id), { code });
    }
    await expectNothing(() => captures.request(randomUUID()), { code: 'server.not_found' });
    const server = stopped();
    await expectNothing(() => captures.ask(RequestCapture, captureOf(server.id), tenant(OTHER_PROJECT)), {
      code: 'server.not_found',
    });
    const foreign = { type: 'data_disk' as const, disk_id: stopped().disks[1]?.id ?? '' };
    await expectNothing(() => captures.request(server.id, { source: foreign }), { code: 'server.disk_not_found' });
    await captures.request(server.id);
    await expectNothing(() => captures.request(server.id), { code: 'server.busy' });
  });

  it('refuses a reader', async () => {
    const server = stopped();
    const reader = tenant(PROJECT, ['reader']);
    await expectNothing(() => captures.ask(RequestCapture, captureOf(server.id), reader), { code: 'auth.forbidden' });
  });

  it('of ten servers at once with room for two makes two images; the other eight servers are free', async () => {
    captures.catalog.room = 2;
    const servers = Array.from({ length: 10 }, stopped);
    const answers = await Promise.allSettled(servers.map((server) => captures.request(server.id)));
    captures.catalog.room = Infinity;
    const refused = answers.flatMap((answer, at) => (answer.status === 'rejected' ? [{ ...answer, at }] : []));
    expect(refused.map(({ reason }) => (reason as { code: string }).code)).toEqual(
      Array.from({ length: 8 }, () => 'quota.images_exceeded'),
    );
    expect(refused[0]?.reason).toMatchObject({ details: { limit: 2, used: 2 } });
    for (const { at } of refused) expect(captures.compute.isLocked(servers[at] as TestServer)).toBe(false);
    expect(servers.filter((server) => captures.compute.isLocked(server))).toHaveLength(2);
  });

  it('releases the server of a refused capture later when compute does not answer at once', async () => {
    const server = stopped();
    captures.catalog.refuseRegistration = refusal('quota.images_exceeded', 'No place is left.');
    captures.compute.refuseUnlocks = refusal('service.unavailable', 'compute is away.');
    await expect(captures.request(server.id)).rejects.toMatchObject({ code: 'quota.images_exceeded' });
    expect(captures.compute.isLocked(server)).toBe(true);
    captures.catalog.refuseRegistration = null;
    captures.compute.refuseUnlocks = null;
    await eventually(() => {
      expect(captures.compute.isLocked(server)).toBe(false);
    });
  });

  it.each([
    [
      'compute locked the server and its answer was lost',
      (error: Error | null) => (captures.compute.loseAnswers = error),
    ],
    ['catalog did not answer', (error: Error | null) => (captures.catalog.refuseRegistration = error)],
  ])('takes an admission back when %s, and not before its time', async (_, lose) => {
    const server = stopped();
    lose(new Error('nobody knows what happened'));
    const key = randomUUID();
    await expect(captures.request(server.id, { idempotency_key: key })).rejects.toMatchObject({ code: 'internal' });
    lose(null);
    const [job]: { id: string; image_id: string }[] = await captures.db.query(
      'SELECT id, image_id FROM capture.jobs WHERE idempotency_key = $1',
      [key],
    );
    if (job === undefined) throw new Error('the admission is not recorded');
    // Nobody was promised this job, so nobody is told of it.
    await expect(captures.ask(CancelCapture, { job_id: job.id })).rejects.toMatchObject({ code: 'job.not_found' });
    const sweeper = captures.app.get(SweepAdmissions);
    await sweeper.sweep();
    expect(await captures.looks.job(job.id)).toMatchObject({ state: 'admitting' });
    expect(captures.compute.isLocked(server)).toBe(true);
    await captures.db.query(`UPDATE capture.jobs SET created_at = now() - interval '2 hours' WHERE id = $1`, [job.id]);
    await sweeper.sweep();
    await expect(captures.looks.job(job.id)).rejects.toThrow('there is no job');
    expect(captures.catalog.abandoned).toContain(job.image_id);
    await eventually(() => {
      expect(captures.compute.isLocked(server)).toBe(false);
    });
  });

  it('goes on with an admission that was cut off when the request is sent again', async () => {
    const server = stopped();
    const ask = (): Promise<JobView> => captures.request(server.id, { idempotency_key: 'again' });
    captures.compute.loseAnswers = new Error('nobody knows what happened');
    await expect(ask()).rejects.toMatchObject({ code: 'internal' });
    captures.compute.loseAnswers = null;
    expect(await ask()).toMatchObject({ state: 'queued' });
  });

  it('answers the same job to the same Idempotency-Key, also when asked many times at once', async () => {
    const server = stopped();
    const ask = (): Promise<JobView> => captures.request(server.id, { idempotency_key: 'once' });
    const before = await jobs();
    const answers = [...(await Promise.all([ask(), ask(), ask(), ask(), ask()])), await ask()];
    expect(new Set(answers.map((job) => job.id)).size).toBe(1);
    expect(await jobs()).toBe(before + 1);
    const events = await eventually(() => {
      const about = captures.recorder.about(answers[0]?.image_id ?? '');
      expect(about).not.toHaveLength(0);
      return about;
    });
    expect(events).toHaveLength(1);
  });

  it('refuses another capture under a used key', async () => {
    await captures.request(stopped().id, { idempotency_key: 'mine' });
    await expectNothing(() => captures.request(stopped().id, { idempotency_key: 'mine' }), {
      code: 'request.idempotency_conflict',
    });
  });
});
