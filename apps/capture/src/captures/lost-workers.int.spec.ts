import { randomBytes } from 'node:crypto';
import {
  CancelCapture,
  type DataOf,
  type EventEnvelope,
  type FullMachineCapturedV1,
  ImageCapturedV1,
} from '@imago/contracts';
import type { Extent } from '@imago/disk-image';
import { type StoredImage, storeImage } from '@imago/image-transfer/testing';
import { indexKey } from '@imago/object-store';
import { eventually, EXHAUSTIVE, firstOfEach, type S3Call, workIn } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CaptureUnderTest, startCapture } from '../../test/capture-under-test.ts';
import type { CaptureWorker } from '../../test/capture-worker.ts';
import type { TestServer } from '../../test/compute-neighbour.ts';
import { largeDisk, MIB, smallDisk } from '../../test/disks.ts';
import { type HeldMoment, PHASE_MOMENTS } from '../../test/phase-moments.ts';
import { requireDisk } from '../../test/stored-images.ts';
import type { CapturePhaseName } from './phases/capture-phase.ts';

describe('a worker that is lost', () => {
  let captures: CaptureUnderTest;
  let bases: { readonly small: StoredImage; readonly large: StoredImage };
  const originals = { small: Buffer.concat([smallDisk(), smallDisk()]), large: largeDisk() };
  const small = Buffer.from(originals.small);
  const large = Buffer.concat([randomBytes(30 * MIB), originals.large.subarray(30 * MIB)]);
  const hired: CaptureWorker[] = [];

  beforeAll(async () => {
    captures = await startCapture();
    bases = {
      small: await storeImage(captures.store, originals.small),
      large: await storeImage(captures.store, originals.large),
    };
    randomBytes(2 * MIB).copy(small, MIB);
    small.fill(0, 5 * MIB, 6 * MIB);
  });

  afterEach(async () => {
    for (const worker of hired.splice(0)) await worker.dismiss();
  });

  afterAll(() => captures.close());

  async function hire(): Promise<CaptureWorker> {
    const worker = await captures.hire();
    hired.push(worker);
    return worker;
  }

  const smallServer = (): TestServer =>
    serverOn(bases.small, { content: small, changed: [{ offset: MIB, length: 5 * MIB }] });
  const largeServer = (): TestServer =>
    serverOn(bases.large, { content: large, changed: [{ offset: 0, length: 30 * MIB }] });

  function serverOn(base: StoredImage, disk: { content: Buffer; changed: Extent[] }): TestServer {
    return captures.compute.add({ ...disk, image_id: base.image_id, base: base.object });
  }

  /** The image is there, once, as sound as if nothing had happened, nothing else is, and the server is free. */
  async function expectCaptured(jobId: string, { server, disk }: { server: TestServer; disk: Buffer }): Promise<void> {
    const events = await captures.looks.eventsOf(jobId);
    expect(await captures.looks.job(jobId)).toMatchObject({ state: 'succeeded' });
    expect(events.filter((event) => /Captured|Failed|Cancelled/.test(event.type))).toHaveLength(1);
    expect(events.filter((event) => event.type === 'ImageExamined')).toHaveLength(1);
    const { object } = events.at(-1)?.data as DataOf<typeof ImageCapturedV1>;
    const base = disk === small ? bases.small : bases.large;
    await requireDisk(captures.store, [object.key, base.object.key], disk);
    const keys = (await captures.store.list(object.key)).map((each) => each.key);
    expect(keys).toEqual([object.key, indexKey(object.key)]);
    expect(await captures.store.listMultiparts(object.key)).toEqual([]);
    expect(await captures.looks.journalOf(jobId)).toEqual([]);
    expectNoStepBack(events);
    await eventually(() => {
      expect(captures.compute.isLocked(server)).toBe(false);
    });
  }

  function expectNoStepBack(events: readonly EventEnvelope[]): void {
    const done = events.map((event) => Number((event.data as DataOf<typeof ImageCapturedV1>).job.bytes_done));
    expect(done).toEqual([...done].sort((a, b) => a - b));
  }

  for (const [rows, options] of firstOfEach(PHASE_MOMENTS, workIn)) {
    it.each(rows)(
      'in $phase, $moment, is followed by one that finishes the capture',
      options,
      async ({ phase, hold }) => {
        const lost = await hire();
        const held = hold(lost.gate, captures.compute);
        const server = smallServer();
        const { id } = await captures.request(server.id);
        await held.arrived;
        expect((await captures.looks.job(id)).phase).toBe(phase);
        await lost.lose();
        held.release();
        await captures.looks.expireLease(id);
        await hire();
        await expectCaptured(id, { server, disk: small });
      },
    );
  }

  /** Loses a worker with a part on its way and the one before it in the journal. */
  async function loseInTransfer(server: TestServer): Promise<string> {
    const lost = await hire();
    const held = lost.gate.hold((call) => call.action === 'upload_part' && call.partNumber === 3);
    const { id } = await captures.request(server.id);
    await held.arrived;
    await eventually(async () => {
      expect(await captures.looks.journalOf(id)).toContain(2);
    });
    await lost.lose();
    return id;
  }

  it('costs the parts that were in flight and no other, and reads no cluster of the others again', async () => {
    const server = largeServer();
    const id = await loseInTransfer(server);
    captures.compute.exports.calls.length = 0;
    await captures.looks.expireLease(id);
    const rescuer = await hire();
    await expectCaptured(id, { server, disk: large });
    const parts = rescuer.gate.passed.filter((call) => call.action === 'upload_part').map((call) => call.partNumber);
    expect(parts.sort()).toEqual([1, 3, 4]);
    expect(rescuer.gate.count('create_upload')).toBe(0);
    const read = captures.compute.exports.calls.reduce((sum, call) => sum + call.length, 0);
    expect(read).toBeLessThanOrEqual(18 * MIB);
  });

  it('is followed by one that begins again when the upload is gone too', EXHAUSTIVE, async () => {
    const server = largeServer();
    const id = await loseInTransfer(server);
    for (const upload of await captures.store.listMultiparts('images/')) await captures.store.abortMultipart(upload);
    await captures.looks.expireLease(id);
    const rescuer = await hire();
    await expectCaptured(id, { server, disk: large });
    expect(rescuer.gate.count('create_upload')).toBe(1);
  });

  it('is followed by no image when the disk was written meanwhile: old and new bytes are never mixed', async () => {
    const server = largeServer();
    const id = await loseInTransfer(server);
    const [disk] = server.disks;
    if (disk === undefined) throw new Error('the server has no disk');
    disk.generation += 1;
    await captures.looks.expireLease(id);
    await hire();
    expect(await captures.looks.ended(id)).toMatchObject({
      state: 'failed',
      error: { code: 'capture.disk_changed', phase: 'transfer' },
    });
    expect((await captures.looks.eventsOf(id)).at(-1)).toMatchObject({ type: 'ImageCaptureFailed' });
    await eventually(async () => {
      expect(captures.compute.isLocked(server)).toBe(false);
      expect(await captures.store.listMultiparts('images/')).toEqual([]);
    });
  });

  it('is followed by one that writes again when the object was swept before it was sealed', EXHAUSTIVE, async () => {
    const lost = await hire();
    const held = lost.gate.hold((call) => call.action === 'complete_upload');
    const server = smallServer();
    const { id } = await captures.request(server.id);
    await held.arrived;
    await lost.lose();
    for (const upload of await captures.store.listMultiparts('images/')) await captures.store.abortMultipart(upload);
    await captures.looks.expireLease(id);
    await hire();
    await expectCaptured(id, { server, disk: small });
  });

  it(
    'is followed by one that stores whole what catalog would take as no layer then, whatever it takes now',
    EXHAUSTIVE,
    async () => {
      const lost = await hire();
      captures.catalog.refuseParents = true;
      const held = captures.compute.exports.hold((call) => call.path === 'map');
      const server = smallServer();
      const { id } = await captures.request(server.id);
      await held.arrived;
      await lost.lose();
      held.release();
      captures.catalog.refuseParents = false;
      await captures.looks.expireLease(id);
      await hire();
      const { object } = (await captures.looks.eventsOf(id)).at(-1)?.data as DataOf<typeof ImageCapturedV1>;
      expect(object.parent_object_id).toBe(captures.catalog.objects.get(id)?.parent);
      await requireDisk(captures.store, [object.key], small);
    },
  );

  describe('at the second disk of a machine', () => {
    const disks = [smallDisk(), Buffer.concat([randomBytes(3 * MIB), Buffer.alloc(MIB)])] as const;
    const isData = (name: string): boolean => name.includes(':');

    function machine(): TestServer {
      const [system, data] = disks.map((content) => ({ content, changed: [{ offset: 0, length: content.length }] }));
      if (system === undefined || data === undefined) throw new Error('the machine has two disks');
      return captures.compute.add(system, data);
    }

    /** The calls for the object of the second disk. */
    function second(matches: (call: S3Call) => boolean): (call: S3Call) => boolean {
      let first = '';
      return (call) => {
        const [object = ''] = /^images\/[^.]+/.exec(call.key) ?? [];
        first ||= object;
        return object !== '' && object !== first && matches(call);
      };
    }

    const moments: readonly [string, CapturePhaseName, (worker: CaptureWorker) => HeldMoment][] = [
      [
        'with a part stored and not journaled',
        'transfer',
        ({ gate }) =>
          gate.hold(
            second(({ action, partNumber }) => action === 'upload_part' && partNumber === 2),
            'after',
          ),
      ],
      [
        'before the host has given a byte',
        'transfer',
        () => captures.compute.exports.hold(({ name, path }) => isData(name) && path === 'data'),
      ],
      [
        'with its object completed and not said',
        'seal',
        ({ gate }) =>
          gate.hold(
            second(({ action }) => action === 'complete_upload'),
            'after',
          ),
      ],
      ['before it is read back', 'verify', ({ gate }) => gate.hold(second(({ action }) => action === 'read'))],
    ];

    for (const [rows, options] of firstOfEach(moments, () => 'the second disk')) {
      it.each(rows)('%s, is followed by one that goes on there', options, async (_moment, phase, hold) => {
        const lost = await hire();
        const held = hold(lost);
        const server = machine();
        const { id } = await captures.request(server.id, { source: { type: 'full_machine' } });
        await held.arrived;
        expect((await captures.looks.job(id)).phase).toBe(phase);
        await lost.lose();
        held.release();
        await captures.looks.expireLease(id);
        const rescuer = await hire();
        const events = await captures.looks.eventsOf(id);
        expect(events.filter(({ type }) => /Captured|Failed|Cancelled/.test(type))).toHaveLength(1);
        expectNoStepBack(events);
        const { object, data_disks } = events.at(-1)?.data as DataOf<typeof FullMachineCapturedV1>;
        const keys = [object.key, data_disks[0]?.object.key ?? ''];
        for (const [at, key] of keys.entries()) {
          await requireDisk(captures.store, [key], disks[at] ?? Buffer.alloc(0));
          expect((await captures.store.list(key)).map((each) => each.key)).toEqual([key, indexKey(key)]);
          expect(await captures.store.listMultiparts(key)).toEqual([]);
        }
        const again = rescuer.gate.passed.filter(({ action, key }) => action === 'upload_part' && key === object.key);
        expect(again).toEqual([]); // what was stored of the first disk stays
        await eventually(() => {
          expect(captures.compute.isLocked(server)).toBe(false);
        });
      });
    }

    it('is followed by no image when its server could have run meanwhile', EXHAUSTIVE, async () => {
      const lost = await hire();
      const held = captures.compute.exports.hold(({ name, path }) => isData(name) && path === 'data');
      const server = machine();
      const { id } = await captures.request(server.id, { source: { type: 'full_machine' } });
      await held.arrived;
      await lost.lose();
      held.release();
      for (const disk of server.disks) disk.generation += 1;
      await captures.looks.expireLease(id);
      await hire();
      expect(await captures.looks.ended(id)).toMatchObject({
        state: 'failed',
        error: { code: 'capture.disk_changed' },
      });
    });

    it('or cancelled there, leaves no upload, tells of no image, and the server is free', async () => {
      const worker = await hire();
      const held = worker.gate.hold(second(({ action }) => action === 'upload_part'));
      const server = machine();
      const { id } = await captures.request(server.id, { source: { type: 'full_machine' } });
      await held.arrived;
      await captures.ask(CancelCapture, { job_id: id });
      held.release();
      const events = await captures.looks.eventsOf(id);
      expect(events.at(-1)).toMatchObject({ type: 'ImageCaptureCancelled' });
      expect(events.map(({ type }) => type)).not.toContain('FullMachineCaptured');
      await eventually(async () => {
        expect(await captures.store.listMultiparts('images/')).toEqual([]);
        expect(captures.compute.isLocked(server)).toBe(false);
      });
    });
  });

  it('completes nothing any more when it was only slow', async () => {
    const slow = await hire();
    const held = slow.gate.hold((call) => call.action === 'upload_part' && call.partNumber === 1);
    const server = smallServer();
    const { id } = await captures.request(server.id);
    await held.arrived;
    const rescuer = await hire();
    const completion = rescuer.gate.hold((call) => call.action === 'complete_upload');
    await takeOver(id);
    await completion.arrived;
    held.release();
    await slow.runner.stop();
    expect(slow.gate.count('complete_upload')).toBe(0);
    completion.release();
    await expectCaptured(id, { server, disk: small });
  });

  /** Lets the lease run out until another worker has the job: a heartbeat in between keeps it alive. */
  async function takeOver(jobId: string): Promise<void> {
    const { fencing_token } = await captures.looks.job(jobId);
    await eventually(async () => {
      await captures.looks.expireLease(jobId, fencing_token);
      for (const { runner } of hired) runner.wake();
      expect((await captures.looks.job(jobId)).fencing_token).toBeGreaterThan(fencing_token);
    });
  }
});
