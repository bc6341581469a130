import { CancelCapture } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CaptureUnderTest, startCapture } from '../../test/capture-under-test.ts';
import type { CaptureWorker } from '../../test/capture-worker.ts';
import type { TestServer } from '../../test/compute-neighbour.ts';
import { MIB, smallDisk } from '../../test/disks.ts';
import { PHASE_MOMENTS } from '../../test/phase-moments.ts';
import { OTHER_PROJECT, PROJECT, tenant } from '../../test/requests.ts';

describe('a capture that is cancelled', () => {
  const content = smallDisk();
  let captures: CaptureUnderTest;
  let worker: CaptureWorker | null = null;

  beforeAll(async () => {
    captures = await startCapture();
  });

  afterEach(() => worker?.dismiss());

  afterAll(() => captures.close());

  const server = (): TestServer => captures.compute.add({ content, changed: [{ offset: 0, length: 2 * MIB }] });

  it.each(PHASE_MOMENTS)(
    'in $phase, $moment, ends without waiting, and its server is free',
    async ({ phase, hold }) => {
      worker = await captures.hire();
      const held = hold(worker.gate, captures.compute);
      const locked = server();
      const { id } = await captures.request(locked.id);
      await held.arrived;
      const answer = await captures.ask(CancelCapture, { job_id: id });
      expect(answer.job).toMatchObject({ id, state: 'cancelling', phase });
      expect(answer.event_ids).toHaveLength(1);
      expect(await captures.looks.ended(id)).toMatchObject({
        state: 'cancelled',
        error: { code: 'job.cancelled', phase },
      });
      const last = (await captures.looks.eventsOf(id)).at(-1);
      expect(last).toMatchObject({ type: 'ImageCaptureCancelled', data: { error: { code: 'job.cancelled' } } });
      await eventually(() => {
        expect(captures.compute.isLocked(locked)).toBe(false);
      });
      held.release();
      // What is complete is catalog's to sweep; the upload is given back by the capture itself where the job knows of it.
      await eventually(async () => {
        expect(await captures.looks.journalOf(id)).toEqual([]);
        if (phase !== 'transfer') expect(await captures.store.listMultiparts('images/')).toEqual([]);
      });
      for (const upload of await captures.store.listMultiparts('images/')) await captures.store.abortMultipart(upload);
    },
  );

  it('is cancelled once, however often it is asked for', async () => {
    worker = await captures.hire();
    const held = worker.gate.hold((call) => call.action === 'create_upload');
    const { id } = await captures.request(server().id);
    await held.arrived;
    const cancel = () => captures.ask(CancelCapture, { job_id: id });
    const answers = await Promise.allSettled([cancel(), cancel(), cancel()]);
    expect(answers.some((answer) => answer.status === 'fulfilled')).toBe(true);
    await captures.looks.ended(id);
    await expect(cancel()).rejects.toMatchObject({ code: 'job.wrong_state', details: { state: 'cancelled' } });
    const ends = (await captures.looks.eventsOf(id)).filter((event) => event.type === 'ImageCaptureCancelled');
    expect(ends).toHaveLength(1);
  });

  it('ends when its image is deleted in the making, running or waiting', async () => {
    worker = await captures.hire();
    const held = worker.gate.hold((call) => call.action === 'upload_part');
    const servers = [server(), server()];
    const running = await captures.request(servers[0]?.id ?? '');
    await held.arrived;
    const waiting = await captures.request(servers[1]?.id ?? '');
    for (const job of [running, waiting]) await captures.deleteImage(captures.image(job.image_id ?? ''));
    for (const job of [running, waiting]) {
      expect(await captures.looks.ended(job.id)).toMatchObject({ state: 'cancelled' });
      expect((await captures.looks.eventsOf(job.id)).at(-1)).toMatchObject({ type: 'ImageCaptureCancelled' });
      expect(await captures.looks.journalOf(job.id)).toEqual([]);
    }
    await eventually(async () => {
      for (const each of servers) expect(captures.compute.isLocked(each)).toBe(false);
      expect(await captures.store.listMultiparts('images/')).toEqual([]);
    });
  });

  it('at once while it waits, by its project and by operators only, leaves its server free', async () => {
    const locked = server();
    const job = await captures.request(locked.id);
    const cancel = (...who: Parameters<typeof tenant>) =>
      captures.ask(CancelCapture, { job_id: job.id }, tenant(...who));
    await expect(cancel(OTHER_PROJECT)).rejects.toMatchObject({ code: 'job.not_found' });
    await expect(cancel(PROJECT, ['reader'])).rejects.toMatchObject({ code: 'auth.forbidden' });
    expect((await cancel('operators', ['admin'])).job).toMatchObject({
      state: 'cancelled',
      error: { code: 'job.cancelled', phase: 'lock' },
    });
    await expect(cancel(PROJECT)).rejects.toMatchObject({ code: 'job.wrong_state', details: { state: 'cancelled' } });
    expect((await captures.looks.eventsOf(job.id)).map((event) => event.type)).toEqual([
      'ImageCaptureRequested',
      'ImageCaptureCancelled',
    ]);
    await eventually(() => {
      expect(captures.compute.isLocked(locked)).toBe(false);
    });
  });
});
