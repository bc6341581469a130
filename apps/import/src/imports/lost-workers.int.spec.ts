import { type DataOf, type EventEnvelope, ImageImportedV1 } from '@imago/contracts';
import { gzipSync } from 'node:zlib';
import { indexKey } from '@imago/object-store';
import { eventually, EXHAUSTIVE, firstOfEach, type S3Call } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { largeDisk, QemuImg, smallDisk } from '../../test/disks.ts';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import type { ImportWorker } from '../../test/import-worker.ts';
import { PHASE_MOMENTS } from '../../test/phase-moments.ts';

describe('a worker that is lost', () => {
  const small = smallDisk();
  const large = largeDisk();
  let imports: ImportUnderTest;
  let qemu: QemuImg;
  const hired: ImportWorker[] = [];

  beforeAll(async () => {
    imports = await startImport();
    qemu = new QemuImg(imports.qemuImg, imports.directory);
    await imports.files.put('small.raw', small);
    await imports.files.put('large.raw', large);
    await imports.files.put('small.raw.gz', gzipSync(small));
  });

  afterEach(async () => {
    for (const worker of hired.splice(0)) await worker.dismiss();
  });

  afterAll(() => imports.close());

  async function hire(): Promise<ImportWorker> {
    const worker = await imports.hire();
    hired.push(worker);
    return worker;
  }

  /** The image is there, once, as sound as if nothing had happened, and nothing else is. */
  async function expectImported(jobId: string, disk: Buffer): Promise<void> {
    const events = await imports.looks.eventsOf(jobId);
    expect(await imports.looks.job(jobId)).toMatchObject({ state: 'succeeded' });
    expect(events.filter((event) => /Imported|Failed|Cancelled/.test(event.type))).toHaveLength(1);
    expect(events.filter((event) => event.type === 'ImageExamined')).toHaveLength(1);
    const { object } = events.at(-1)?.data as DataOf<typeof ImageImportedV1>;
    await qemu.requireSame(await imports.store.read(object.key, { length: Number(object.size) }), disk);
    const keys = (await imports.store.list(object.key)).map((each) => each.key);
    expect(keys).toEqual([object.key, indexKey(object.key)]);
    expect(await imports.store.listMultiparts(object.key)).toEqual([]);
    expect(await imports.store.list('unpacked/')).toEqual([]);
    expect(await imports.store.listMultiparts('unpacked/')).toEqual([]);
    expect(await imports.looks.journalOf(jobId)).toEqual([]);
    expectNoStepBack(events);
  }

  function expectNoStepBack(events: readonly EventEnvelope[]): void {
    const done = events.map((event) => Number((event.data as DataOf<typeof ImageImportedV1>).job.bytes_done));
    expect(done).toEqual([...done].sort((a, b) => a - b));
  }

  for (const [rows, options] of firstOfEach(PHASE_MOMENTS, ({ phase }) => phase)) {
    it.each(rows)(
      'in $phase, $moment, is followed by one that finishes the import',
      options,
      async ({ phase, hold }) => {
        const lost = await hire();
        const held = hold(lost.gate);
        const { id } = await imports.request('small.raw');
        await held.arrived;
        expect((await imports.looks.job(id)).phase).toBe(phase);
        await lost.lose();
        await imports.looks.expireLease(id);
        await hire();
        await expectImported(id, small);
      },
    );
  }

  const isUnpacked = (call: S3Call): boolean => call.key.startsWith('unpacked/');
  const requestPacked = () => imports.request('small.raw.gz', { compression: 'gzip' });

  it.each(['upload_part', 'complete_upload'] as const)('in unpack, at its %s, is followed by one', async (action) => {
    const lost = await hire();
    const held = lost.gate.hold((call) => call.action === action && isUnpacked(call), 'after');
    const { id } = await requestPacked();
    await held.arrived;
    expect((await imports.looks.job(id)).phase).toBe('unpack');
    await lost.lose();
    await imports.looks.expireLease(id);
    await hire();
    await expectImported(id, small);
  });

  it('erases nothing that the next one has unpacked when it was only slow', EXHAUSTIVE, async () => {
    const slow = await hire();
    const listing = slow.gate.hold((call) => call.action === 'read' && call.key === '');
    const { id } = await requestPacked();
    await listing.arrived;
    const rescuer = await hire();
    const reading = rescuer.gate.hold((call) => call.action === 'read' && isUnpacked(call));
    await takeOver(id);
    await reading.arrived;
    listing.release();
    await slow.runner.stop();
    reading.release();
    await expectImported(id, small);
    expect(rescuer.gate.count('create_upload', isUnpacked)).toBe(1);
  });

  it.each(['inspect', 'transfer'])('may lose what it unpacked, in %s: it is unpacked again', async (phase) => {
    const worker = await hire();
    const before = (call: S3Call): boolean =>
      phase === 'inspect'
        ? call.action === 'read' && isUnpacked(call)
        : call.action === 'create_upload' && !isUnpacked(call);
    const held = worker.gate.hold(before);
    const { id } = await requestPacked();
    await held.arrived;
    expect((await imports.looks.job(id)).phase).toBe(phase);
    await imports.store.deleteMany((await imports.store.list('unpacked/')).map(({ key }) => key));
    held.release();
    await expectImported(id, small);
    expect(worker.gate.count('create_upload', isUnpacked)).toBe(2);
  });

  /** Loses a worker with a part on its way and the one before it in the journal. */
  async function loseInTransfer(): Promise<string> {
    const lost = await hire();
    const held = lost.gate.hold((call) => call.action === 'upload_part' && call.partNumber === 3);
    const { id } = await imports.request('large.raw');
    await held.arrived;
    await eventually(async () => {
      expect(await imports.looks.journalOf(id)).toContain(2);
    });
    await lost.lose();
    return id;
  }

  it('costs the parts that were in flight and no other', async () => {
    const id = await loseInTransfer();
    await imports.looks.expireLease(id);
    const rescuer = await hire();
    await expectImported(id, large);
    const made = rescuer.gate.passed.filter((call) => call.action === 'upload_part').map((call) => call.partNumber);
    expect(made.sort()).toEqual([1, 3, 4]);
    expect(rescuer.gate.count('create_upload')).toBe(0);
  });

  it('is followed by one that begins again when the upload is gone too', EXHAUSTIVE, async () => {
    const id = await loseInTransfer();
    for (const upload of await imports.store.listMultiparts('images/')) await imports.store.abortMultipart(upload);
    await imports.looks.expireLease(id);
    const rescuer = await hire();
    await expectImported(id, large);
    expect(rescuer.gate.count('create_upload')).toBe(1);
  });

  it('is followed by one that writes again when the object was swept before it was sealed', async () => {
    const lost = await hire();
    const held = lost.gate.hold((call) => call.action === 'complete_upload');
    const { id } = await imports.request('small.raw');
    await held.arrived;
    await lost.lose();
    for (const upload of await imports.store.listMultiparts('images/')) await imports.store.abortMultipart(upload);
    await imports.looks.expireLease(id);
    await hire();
    await expectImported(id, small);
  });

  it('completes nothing any more when it was only slow', async () => {
    const slow = await hire();
    const held = slow.gate.hold((call) => call.action === 'upload_part' && call.partNumber === 1);
    const { id } = await imports.request('small.raw');
    await held.arrived;
    const rescuer = await hire();
    const completion = rescuer.gate.hold((call) => call.action === 'complete_upload');
    await takeOver(id);
    await completion.arrived;
    held.release();
    await slow.runner.stop();
    expect(slow.gate.count('complete_upload')).toBe(0);
    completion.release();
    await expectImported(id, small);
  });

  it('does no harm when its completion comes after that of the one that followed', async () => {
    const slow = await hire();
    const held = slow.gate.hold((call) => call.action === 'complete_upload');
    const { id } = await imports.request('small.raw');
    await held.arrived;
    const rescuer = await hire();
    await takeOver(id);
    await imports.looks.ended(id);
    held.release();
    await slow.runner.stop();
    expect(rescuer.gate.count('complete_upload')).toBe(1);
    await expectImported(id, small);
  });

  /** Lets the lease run out until another worker has the job: a heartbeat in between keeps it alive. */
  async function takeOver(jobId: string): Promise<void> {
    const { fencing_token } = await imports.looks.job(jobId);
    await eventually(async () => {
      await imports.looks.expireLease(jobId, fencing_token);
      for (const { runner } of hired) runner.wake();
      expect((await imports.looks.job(jobId)).fencing_token).toBeGreaterThan(fencing_token);
    });
  }
});
