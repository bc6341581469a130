import { gzipSync } from 'node:zlib';
import { CancelImport } from '@imago/contracts';
import { eventually, firstOfEach, workIn } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { smallDisk } from '../../test/disks.ts';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import type { ImportWorker } from '../../test/import-worker.ts';
import { PHASE_MOMENTS } from '../../test/phase-moments.ts';

describe('an import that is cancelled', () => {
  let imports: ImportUnderTest;
  let worker: ImportWorker | null = null;

  beforeAll(async () => {
    imports = await startImport();
    await imports.files.put('small.raw', smallDisk());
    await imports.files.put('small.raw.gz', gzipSync(smallDisk()));
  });

  afterEach(() => worker?.dismiss());

  afterAll(() => imports.close());

  for (const [rows, options] of firstOfEach(PHASE_MOMENTS, workIn)) {
    it.each(rows)('in $phase, $moment, ends without waiting for the store', options, async ({ phase, hold }) => {
      worker = await imports.hire();
      const held = hold(worker.gate);
      const { id } = await imports.request('small.raw');
      await held.arrived;
      const answer = await imports.ask(CancelImport, { job_id: id });
      expect(answer.job).toMatchObject({ id, state: 'cancelling', phase });
      expect(answer.event_ids).toHaveLength(1);
      expect(await imports.looks.ended(id)).toMatchObject({
        state: 'cancelled',
        error: { code: 'job.cancelled', phase },
      });
      const last = (await imports.looks.eventsOf(id)).at(-1);
      expect(last).toMatchObject({ type: 'ImageImportCancelled', data: { error: { code: 'job.cancelled' } } });
      held.release();
      // What is complete is catalog's to sweep; the upload is given back by the import itself where the job knows of it.
      await eventually(async () => {
        expect(await imports.looks.journalOf(id)).toEqual([]);
        if (phase !== 'transfer') expect(await imports.store.listMultiparts('images/')).toEqual([]);
      });
      for (const upload of await imports.store.listMultiparts('images/')) await imports.store.abortMultipart(upload);
    });
  }

  it('in unpack leaves nothing of what it unpacked', async () => {
    worker = await imports.hire();
    const held = worker.gate.hold((call) => call.action === 'upload_part');
    const { id } = await imports.request('small.raw.gz', { compression: 'gzip' });
    await held.arrived;
    await imports.ask(CancelImport, { job_id: id });
    expect(await imports.looks.ended(id)).toMatchObject({ state: 'cancelled', error: { phase: 'unpack' } });
    held.release();
    await eventually(async () => {
      expect(await imports.store.listMultiparts('unpacked/')).toEqual([]);
      expect(await imports.store.list('unpacked/')).toEqual([]);
    });
  });

  it('is cancelled once, however often it is asked for', async () => {
    worker = await imports.hire();
    const held = worker.gate.hold((call) => call.action === 'create_upload');
    const { id } = await imports.request('small.raw');
    await held.arrived;
    const cancel = () => imports.ask(CancelImport, { job_id: id });
    const answers = await Promise.allSettled([cancel(), cancel(), cancel()]);
    expect(answers.some((answer) => answer.status === 'fulfilled')).toBe(true);
    await imports.looks.ended(id);
    await expect(cancel()).rejects.toMatchObject({ code: 'job.wrong_state', details: { state: 'cancelled' } });
    const ends = (await imports.looks.eventsOf(id)).filter((event) => event.type === 'ImageImportCancelled');
    expect(ends).toHaveLength(1);
  });

  it('ends when its image is deleted in the making, running or waiting', async () => {
    worker = await imports.hire();
    const held = worker.gate.hold((call) => call.action === 'upload_part');
    const running = await imports.request('small.raw');
    await held.arrived;
    const waiting = await imports.request('small.raw');
    for (const job of [running, waiting]) await imports.deleteImage(imports.image(job.image_id ?? ''));
    for (const job of [running, waiting]) {
      expect(await imports.looks.ended(job.id)).toMatchObject({ state: 'cancelled' });
      expect((await imports.looks.eventsOf(job.id)).at(-1)).toMatchObject({ type: 'ImageImportCancelled' });
      expect(await imports.looks.journalOf(job.id)).toEqual([]);
    }
    await eventually(async () => {
      expect(await imports.store.listMultiparts('images/')).toEqual([]);
    });
  });

  it('keeps nothing in the journal when it was waiting for another try', async () => {
    const first = await imports.hire();
    const held = first.gate.hold((call) => call.action === 'upload_part' && call.partNumber === 1);
    const { id } = await imports.request('small.raw');
    await held.arrived;
    expect(await imports.looks.journalOf(id)).toEqual([2]);
    await first.dismiss();
    expect(await imports.looks.job(id)).toMatchObject({ state: 'queued', phase: 'seal' });
    expect((await imports.ask(CancelImport, { job_id: id })).job.state).toBe('cancelled');
    expect(await imports.looks.journalOf(id)).toEqual([]);
  });
});
