import { type DataOf, type EventEnvelope, ImageCopiedV1, type ImageRecord, type JobView } from '@imago/contracts';
import { readObject, sha256, type StoredImage, storeImage } from '@imago/image-transfer/testing';
import { indexKey } from '@imago/object-store';
import { eventually, firstOfEach, workIn } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { COPY_MOMENTS } from '../../test/copy-moments.ts';
import { someDisk } from '../../test/disks.ts';
import { type ExportUnderTest, startExport } from '../../test/export-under-test.ts';
import type { ExportWorker } from '../../test/export-worker.ts';
import { OTHER_REGION } from '../../test/requests.ts';

describe('a worker of a copy that is lost', () => {
  let exports: ExportUnderTest & { close(): Promise<void> };
  let stored: StoredImage;
  let image: ImageRecord;
  let expected: string;
  const hired: ExportWorker[] = [];

  beforeAll(async () => {
    exports = await startExport();
    stored = await storeImage(exports.store, someDisk());
    expected = sha256(await readObject(exports.store, stored.object.key));
    image = exports.book.add(stored);
  });

  afterEach(async () => {
    for (const worker of hired.splice(0)) await worker.dismiss();
  });

  afterAll(() => exports.close());

  async function hire(): Promise<ExportWorker> {
    const worker = await exports.hire();
    hired.push(worker);
    return worker;
  }

  const request = (): Promise<JobView> => exports.copy(image.id, { destination_region: OTHER_REGION });

  /** The copy is there, once, as sound as if nothing had happened, and nothing else is. */
  async function expectCopied(jobId: string): Promise<void> {
    const events = await exports.looks.eventsOf(jobId);
    expect(await exports.looks.job(jobId)).toMatchObject({ state: 'succeeded' });
    expect(events.filter((event) => /Copied|Failed|Cancelled/.test(event.type))).toHaveLength(1);
    const { object } = events.at(-1)?.data as DataOf<typeof ImageCopiedV1>;
    expect(sha256(await readObject(exports.otherStore, object.key))).toBe(expected);
    expect(sha256(await readObject(exports.otherStore, indexKey(object.key)))).toBe(stored.object.index_hash);
    expect(await exports.otherStore.listMultiparts(object.key)).toEqual([]);
    expect(await exports.looks.journalOf(jobId)).toEqual([]);
    expect(await exports.looks.copySources()).toBe(0);
    expectNoStepBack(events);
  }

  function expectNoStepBack(events: readonly EventEnvelope[]): void {
    const done = events.map((event) => Number((event.data as { job: JobView }).job.bytes_done));
    expect(done).toEqual([...done].sort((a, b) => a - b));
  }

  for (const [rows, options] of firstOfEach(COPY_MOMENTS, workIn)) {
    it.each(rows)('in $phase, $moment, is followed by one that finishes it', options, async ({ phase, hold }) => {
      const lost = await hire();
      const held = hold(lost.gate, stored.object.key);
      const { id } = await request();
      await held.arrived;
      expect((await exports.looks.job(id)).phase).toBe(phase);
      await lost.lose();
      held.release();
      await exports.looks.expireLease(id);
      await hire();
      await expectCopied(id);
    });
  }

  /** Loses a worker with its third part on its way and the two before it in the journal. */
  async function loseInTransfer(): Promise<string> {
    const lost = await hire();
    const held = lost.gate.hold((call) => call.action === 'copy_part' && call.partNumber === 3);
    const { id } = await request();
    await held.arrived;
    await eventually(async () => {
      expect(await exports.looks.journalOf(id)).toEqual(expect.arrayContaining([1, 2]));
    });
    await lost.lose();
    return id;
  }

  it('costs the parts that were in flight and no other', async () => {
    const id = await loseInTransfer();
    await exports.looks.expireLease(id);
    const rescuer = await hire();
    await expectCopied(id);
    const parts = rescuer.gate.passed.filter((call) => call.action === 'copy_part').map((call) => call.partNumber);
    expect(parts).toContain(3);
    expect(parts).not.toContain(1);
    expect(parts).not.toContain(2);
    expect(rescuer.gate.count('create_upload')).toBe(0);
  });

  it('is followed by one that begins again when the upload is gone too', async () => {
    const id = await loseInTransfer();
    for (const upload of await exports.otherStore.listMultiparts('images/')) {
      await exports.otherStore.abortMultipart(upload);
    }
    await exports.looks.expireLease(id);
    const rescuer = await hire();
    await expectCopied(id);
    expect(rescuer.gate.count('create_upload')).toBe(1);
  });

  it('completes nothing any more when it was only slow', async () => {
    const slow = await hire();
    const held = slow.gate.hold((call) => call.action === 'copy_part' && call.partNumber === 3);
    const { id } = await request();
    await held.arrived;
    const rescuer = await hire();
    const completion = rescuer.gate.hold((call) => call.action === 'complete_upload');
    const { fencing_token } = await exports.looks.job(id);
    await eventually(async () => {
      await exports.looks.expireLease(id, fencing_token);
      for (const { runner } of hired) runner.wake();
      expect((await exports.looks.job(id)).fencing_token).toBeGreaterThan(fencing_token);
    });
    await completion.arrived;
    held.release();
    await slow.runner.stop();
    expect(slow.gate.count('complete_upload')).toBe(0);
    completion.release();
    await expectCopied(id);
  });
});
