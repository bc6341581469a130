import { createHash } from 'node:crypto';
import type { EventEnvelope, ImageRecord, JobView } from '@imago/contracts';
import { readObject, sha256, storeImage } from '@imago/image-transfer/testing';
import { eventually, firstOfEach, workIn } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { someDisk } from '../../test/disks.ts';
import { type ExportUnderTest, startExport } from '../../test/export-under-test.ts';
import type { ExportWorker } from '../../test/export-worker.ts';
import { PHASE_MOMENTS } from '../../test/phase-moments.ts';

describe('a worker of an export that is lost', () => {
  let exports: ExportUnderTest & { close(): Promise<void> };
  let image: ImageRecord;
  let expected: string;
  const hired: ExportWorker[] = [];

  beforeAll(async () => {
    exports = await startExport();
    const stored = await storeImage(exports.store, someDisk());
    const file = await readObject(exports.store, stored.object.key);
    expected = sha256(file);
    image = exports.book.add(stored, { checksum: createHash('md5').update(file).digest('hex') });
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

  /** The file is there, once, as sound as if nothing had happened, and nothing else is. */
  async function expectExported(jobId: string): Promise<void> {
    const events = await exports.looks.eventsOf(jobId);
    const job = await exports.looks.job(jobId);
    expect(job).toMatchObject({ state: 'succeeded' });
    expect(events.filter((event) => /Exported|Failed|Cancelled/.test(event.type))).toHaveLength(1);
    const object = job.input.export?.destination.object ?? '';
    expect(sha256(await readObject(exports.bucket, object))).toBe(expected);
    expect(await exports.bucket.listMultiparts(object)).toEqual([]);
    expect(await exports.looks.journalOf(jobId)).toEqual([]);
    expect(await exports.looks.isCleared(jobId)).toBe(true);
    expectNoStepBack(events);
  }

  function expectNoStepBack(events: readonly EventEnvelope[]): void {
    const done = events.map((event) => Number((event.data as { job: JobView }).job.bytes_done));
    expect(done).toEqual([...done].sort((a, b) => a - b));
  }

  for (const [rows, options] of firstOfEach(PHASE_MOMENTS, workIn)) {
    it.each(rows)('in $phase, $moment, is followed by one that finishes it', options, async ({ phase, hold }) => {
      const lost = await hire();
      const held = hold(lost.gate);
      const { id } = await exports.request(image.id);
      await held.arrived;
      expect((await exports.looks.job(id)).phase).toBe(phase);
      await lost.lose();
      held.release();
      await exports.looks.expireLease(id);
      await hire();
      await expectExported(id);
    });
  }

  it('costs the parts that were in flight and no other', async () => {
    const lost = await hire();
    // Neither of the two that are on their way together arrives.
    lost.gate.hold((call) => call.action === 'copy_part' && (call.partNumber ?? 0) > 2);
    const { id } = await exports.request(image.id);
    await eventually(async () => {
      expect(await exports.looks.journalOf(id)).toEqual([1, 2]);
    });
    await lost.lose();
    await exports.looks.expireLease(id);
    const rescuer = await hire();
    await expectExported(id);
    const parts = rescuer.gate.passed.filter((call) => call.action === 'copy_part').map((call) => call.partNumber);
    expect(parts.sort()).toEqual([3, 4]); // the last two were on their way together
    expect(rescuer.gate.count('create_upload')).toBe(0);
  });

  it('completes nothing any more when it was only slow', async () => {
    const slow = await hire();
    const held = slow.gate.hold((call) => call.action === 'copy_part' && call.partNumber === 1);
    const { id } = await exports.request(image.id);
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
    await expectExported(id);
  });
});
