import { randomBytes } from 'node:crypto';
import { refusal } from '@imago/contracts';
import { indexKey } from '@imago/object-store';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CaptureUnderTest, startCapture } from '../../test/capture-under-test.ts';
import type { CaptureWorker } from '../../test/capture-worker.ts';
import { MIB, smallDisk } from '../../test/disks.ts';
import type { ImageJob } from '../jobs/image-job.ts';

describe('a captured image whose bytes in the store are not what was sent', () => {
  const content = smallDisk();
  let captures: CaptureUnderTest;
  let worker: CaptureWorker;

  beforeAll(async () => {
    captures = await startCapture();
  });

  beforeEach(async () => {
    worker = await captures.hire();
  });

  afterEach(() => worker.dismiss());

  afterAll(() => captures.close());

  /** Does something to what the capture has stored while it is at a call of the store. */
  async function whileAt(
    at: Parameters<CaptureWorker['gate']['hold']>[0],
    change: (key: string) => Promise<unknown>,
  ): Promise<ImageJob> {
    const held = worker.gate.hold(at);
    const server = captures.compute.add({ content, changed: [{ offset: 0, length: content.length }] });
    const { id } = await captures.request(server.id);
    await held.arrived;
    await change(captures.catalog.objects.get(id)?.key ?? '');
    held.release();
    const job = await captures.looks.ended(id);
    await eventually(async () => {
      expect(await captures.looks.journalOf(id)).toEqual([]);
      expect(captures.compute.isLocked(server)).toBe(false);
    });
    return job;
  }

  const failed = (phase: string) => ({ state: 'failed', error: { code: 'capture.verification_failed', phase } });

  it('never becomes one when a part reads back with other bytes', async () => {
    const job = await whileAt(
      (call) => call.action === 'put',
      () => captures.db.query('UPDATE capture.parts SET crc32 = (crc32 + 1) % 4294967296 WHERE part_number = 2'),
    );
    expect(job).toMatchObject(failed('verify'));
    expect(job.error?.details).toMatchObject({ part_number: 2 });
  });

  it('never becomes one when its object is replaced', async () => {
    const isRead = (call: { action: string; key: string }) => call.action === 'read' && call.key.startsWith('images/');
    const job = await whileAt(isRead, (key) => captures.store.put(key, randomBytes(MIB)));
    expect(job).toMatchObject(failed('verify'));
  });

  it('never becomes one when its index is replaced', async () => {
    const isRead = (call: { action: string; key: string }) => call.action === 'read' && call.key.startsWith('images/');
    const job = await whileAt(isRead, (key) => captures.store.put(indexKey(key), Buffer.from('another index')));
    expect(job).toMatchObject(failed('verify'));
  });

  it('never becomes one when it is replaced after it was read back', async () => {
    let looks = 0;
    const isLast = (call: { action: string; key: string }) =>
      call.action === 'head' && call.key.startsWith('images/') && !call.key.endsWith('.index') && ++looks === 2; // the first one is part of its completion
    const job = await whileAt(isLast, (key) => captures.store.put(key, randomBytes(MIB)));
    expect(job).toMatchObject(failed('activate'));
  });

  it('is not written at all when catalog does not allow it', async () => {
    captures.catalog.refuseAllocation = refusal('image.not_found', 'There is no such image.');
    const server = captures.compute.add({ content, changed: [{ offset: 0, length: content.length }] });
    const { id } = await captures.request(server.id);
    expect(await captures.looks.ended(id)).toMatchObject({ state: 'failed', error: { code: 'image.not_found' } });
    captures.catalog.refuseAllocation = null;
    expect(worker.gate.count('create_upload')).toBe(0);
  });
});
