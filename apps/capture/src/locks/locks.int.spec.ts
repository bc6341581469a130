import { randomBytes } from 'node:crypto';
import { refusal } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CaptureUnderTest, startCapture } from '../../test/capture-under-test.ts';
import type { CaptureWorker } from '../../test/capture-worker.ts';
import type { TestServer } from '../../test/compute-neighbour.ts';
import { largeDisk, smallDisk } from '../../test/disks.ts';
import type { ExportCall } from '../../test/server-exports.ts';

describe('the lock of a server', () => {
  const content = largeDisk();
  let captures: CaptureUnderTest;
  let worker: CaptureWorker | null = null;

  beforeAll(async () => {
    captures = await startCapture();
  });

  afterEach(async () => {
    await worker?.dismiss();
    worker = null;
    captures.compute.exports.misbehaves = () => false;
  });

  afterAll(() => captures.close());

  const server = (disk = content): TestServer =>
    captures.compute.add({ content: disk, changed: [{ offset: 0, length: disk.length }] });
  const isData = (call: ExportCall): boolean => call.path === 'data';

  async function expectNoImage(jobId: string, error: object): Promise<void> {
    expect(await captures.looks.ended(jobId)).toMatchObject({ state: 'failed', error });
    expect((await captures.looks.eventsOf(jobId)).at(-1)).toMatchObject({ type: 'ImageCaptureFailed' });
    await eventually(async () => {
      expect(await captures.looks.journalOf(jobId)).toEqual([]);
      expect(await captures.store.listMultiparts('images/')).toEqual([]);
      expect(await captures.looks.locks()).toBe(0);
    });
  }

  it('is kept alive while its capture waits, and not any more after its end', async () => {
    const locked = server();
    const { id } = await captures.request(locked.id);
    await eventually(() => {
      expect(captures.compute.renewed.filter((lock) => lock === id).length).toBeGreaterThan(2);
    });
    worker = await captures.hire();
    expect(await captures.looks.ended(id)).toMatchObject({ state: 'succeeded' });
    await eventually(async () => {
      expect(captures.compute.isLocked(locked)).toBe(false);
      expect(await captures.looks.locks()).toBe(0);
    });
  });

  it('that is gone before its capture begins ends it', async () => {
    const { id } = await captures.request(server().id);
    captures.compute.loseLock(id);
    worker = await captures.hire();
    await expectNoImage(id, { code: 'server.not_locked', phase: 'lock' });
  });

  it('that is lost while the disk is read ends the capture: what was read counts for nothing', async () => {
    worker = await captures.hire();
    const held = captures.compute.exports.hold(isData);
    const { id } = await captures.request(server().id);
    await held.arrived;
    captures.compute.loseLock(id);
    held.release();
    await expectNoImage(id, { code: 'server.not_locked', phase: 'transfer' });
  });

  it('that was lost and whose export still answers makes no image either', async () => {
    worker = await captures.hire();
    const { exports } = captures.compute;
    const held = worker.gate.hold((call) => call.action === 'upload_part' && call.partNumber === 2);
    const { id } = await captures.request(server().id);
    await held.arrived;
    captures.compute.locks.delete(id);
    expect(exports.calls.some((call) => call.name === id && isData(call))).toBe(true);
    held.release();
    await expectNoImage(id, { code: 'server.not_locked', phase: 'transfer' });
  });

  it('of a disk that was written behind our back makes no image', async () => {
    worker = await captures.hire();
    const locked = server();
    const held = captures.compute.exports.hold(isData);
    const { id } = await captures.request(locked.id);
    await held.arrived;
    const [disk] = locked.disks;
    if (disk === undefined) throw new Error('the server has no disk');
    disk.generation += 1;
    disk.content = Buffer.concat([randomBytes(512), content.subarray(512)]);
    held.release();
    await expectNoImage(id, { code: 'capture.disk_changed', phase: 'transfer' });
  });

  it('of a server that is gone ends its capture', async () => {
    worker = await captures.hire();
    const held = captures.compute.exports.hold(isData);
    const { id } = await captures.request(server().id);
    await held.arrived;
    captures.compute.refuseLooks = refusal('server.not_found', 'There is no such server.');
    captures.compute.exports.take(id);
    held.release();
    await expectNoImage(id, { code: 'server.not_found', phase: 'transfer' });
    captures.compute.refuseLooks = null;
  });

  it('outlives compute being away for a while: the capture waits, and goes on where the export is then', async () => {
    worker = await captures.hire();
    const small = server(smallDisk());
    const held = captures.compute.exports.hold(isData);
    const { id } = await captures.request(small.id);
    await held.arrived;
    captures.compute.refuseLooks = refusal('service.unavailable', 'compute is away.');
    captures.compute.exports.take(id);
    const before = captures.compute.exports.calls.length;
    held.release();
    await eventually(() => {
      expect(captures.compute.exports.calls.length).toBeGreaterThan(before + 3);
    });
    captures.compute.refuseLooks = null;
    expect(await captures.looks.ended(id)).toMatchObject({ state: 'succeeded', fencing_token: 1n });
  });

  it('is released when the release itself had to be tried more than once', async () => {
    captures.compute.refuseUnlocks = refusal('service.unavailable', 'compute is away.');
    worker = await captures.hire();
    const locked = server(smallDisk());
    const { id } = await captures.request(locked.id);
    expect(await captures.looks.ended(id)).toMatchObject({ state: 'succeeded' });
    expect(captures.compute.isLocked(locked)).toBe(true);
    captures.compute.refuseUnlocks = null;
    await eventually(() => {
      expect(captures.compute.isLocked(locked)).toBe(false);
    });
  });

  it('is released with a reason when the disk cannot be read', async () => {
    worker = await captures.hire();
    captures.compute.exports.misbehaves = ({ path }, response) => {
      if (path === 'data') response.writeHead(500).end();
      return path === 'data';
    };
    const locked = server();
    const { id } = await captures.request(locked.id);
    await expectNoImage(id, { code: 'capture.disk_unreadable', phase: 'transfer' });
    expect(captures.compute.isLocked(locked)).toBe(false);
  });
});
