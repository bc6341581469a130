import { createHash, randomUUID } from 'node:crypto';
import { CancelExport, type DataOf, ImageExportedV1, type ImageRecord, RequestExport } from '@imago/contracts';
import { readObject, storeImage, type StoredImage } from '@imago/image-transfer/testing';
import { eventually, EXHAUSTIVE, firstOfEach } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { QemuImg, someDisk } from '../../test/disks.ts';
import { type ExportUnderTest, startExport } from '../../test/export-under-test.ts';
import type { ExportWorker } from '../../test/export-worker.ts';
import { exportOf, OTHER_PROJECT, PROJECT, tenant } from '../../test/requests.ts';

describe('an export', () => {
  const content = someDisk();
  let exports: ExportUnderTest & { close(): Promise<void> };
  let qemu: QemuImg;
  let stored: StoredImage;
  let checksum: string;
  let image: ImageRecord;
  const hired: ExportWorker[] = [];

  beforeAll(async () => {
    exports = await startExport();
    qemu = new QemuImg(exports.qemuImg, exports.directory);
    stored = await storeImage(exports.store, content);
    checksum = createHash('md5')
      .update(await readObject(exports.store, stored.object.key))
      .digest('hex');
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

  const another = (change: Partial<ImageRecord> = {}): ImageRecord =>
    (image = exports.book.add(stored, { checksum, ...change }));
  const destinationOf = (object = `exports/${randomUUID()}.img`) => ({ bucket: exports.buckets.own, object });

  /** What has ended without a file leaves nothing: no object, no upload, no row. */
  async function expectNothingLeft(jobId: string, object: string): Promise<void> {
    await eventually(async () => {
      expect(await exports.looks.isCleared(jobId)).toBe(true);
    });
    expect(await exports.bucket.list(object)).toEqual([]);
    expect(await exports.bucket.listMultiparts(object)).toEqual([]);
    expect(await exports.looks.journalOf(jobId)).toEqual([]);
  }

  describe('writes the image into the tenant’s bucket', () => {
    // The system under test writes each of them as well: apps/e2e/src/spine.e2e.spec.ts.
    const formats = ['qcow2', 'raw', 'vhd', 'vhdx', 'vmdk'] as const;
    for (const [rows, options] of firstOfEach(formats, (format) => format === 'qcow2')) {
      it.each(rows)('as %s, and says what it wrote', options, async (disk_format) => {
        another();
        const context = tenant();
        const destination = destinationOf();
        const job = await exports.request(image.id, { disk_format, destination }, context);
        expect(job).toMatchObject({ type: 'export', state: 'queued', phase: 'admit', project_id: PROJECT });
        await hire();
        const events = await exports.looks.eventsOf(job.id);
        expect(await exports.looks.job(job.id)).toMatchObject({ state: 'succeeded', error: null });
        const file = await readObject(exports.bucket, destination.object);
        await qemu.requireSame(file, disk_format, content);
        const { file: told } = ImageExportedV1.data.parse(events.at(-1)?.data);
        expect(told).toMatchObject({
          ...destination,
          disk_format,
          size: file.length.toString(),
          os_hash_algo: 'sha512',
        });
        expect(told.checksum).toBe(createHash('md5').update(file).digest('hex'));
        expect(told.os_hash_value).toBe(createHash('sha512').update(file).digest('hex'));
        expect(new Set(events.map((event) => event.correlationid))).toEqual(new Set([context.correlation_id]));
        expect(events[0]).toMatchObject({
          type: 'ImageExportRequested',
          data: { destination, disk_format, overwrite: false },
        });
        expect(await exports.looks.isCleared(job.id)).toBe(true);
        expect(await exports.bucket.listMultiparts(destination.object)).toEqual([]);
      });
    }

    it('also where the store does not copy parts, or may not: then they are read and sent', EXHAUSTIVE, async () => {
      another();
      const { gate } = await hire();
      gate.answer((call) => call.action === 'copy_part', 501);
      const destination = destinationOf();
      const { id } = await exports.request(image.id, { destination });
      expect(await exports.looks.ended(id)).toMatchObject({ state: 'succeeded' });
      await qemu.requireSame(await readObject(exports.bucket, destination.object), 'qcow2', content);
      expect(gate.count('upload_part')).toBeGreaterThan(1);
    });

    it('over an object that is there, when it is told to', async () => {
      another();
      const destination = destinationOf();
      await exports.bucket.put(destination.object, Buffer.from('an older file'));
      await hire();
      const { id } = await exports.request(image.id, { destination, overwrite: true });
      expect(await exports.looks.ended(id)).toMatchObject({ state: 'succeeded' });
      await qemu.requireSame(await readObject(exports.bucket, destination.object), 'qcow2', content);
    });

    it('of an operator’s own, whoever the image belongs to', EXHAUSTIVE, async () => {
      another();
      const operator = tenant('operators', ['admin']);
      exports.book.assigned.add(`operators ${exports.buckets.own}`);
      const job = await exports.request(image.id, {}, operator);
      expect(job).toMatchObject({ project_id: 'operators', state: 'queued' });
      await exports.ask(CancelExport, { job_id: job.id }, operator);
    });

    it('once for one key', async () => {
      another();
      const change = { idempotency_key: randomUUID(), destination: destinationOf() };
      const first = await exports.request(image.id, change);
      expect((await exports.request(image.id, change)).id).toBe(first.id);
      await expect(exports.request(image.id, { ...change, disk_format: 'raw' })).rejects.toMatchObject({
        code: 'request.idempotency_conflict',
      });
      await exports.ask(CancelExport, { job_id: first.id });
    });
  });

  describe('is refused at once, and nothing is recorded,', () => {
    const refused = async (code: string, change = {}, context = tenant()): Promise<void> => {
      await expect(exports.request(image.id, change, context)).rejects.toMatchObject({ code });
      const rows = await exports.db.query('SELECT id FROM export.jobs WHERE image_id = $1', [image.id]);
      expect(rows).toEqual([]);
    };

    it('to whoever does not own the image', async () => {
      another({ visibility: 'private' });
      await refused('image.not_found', {}, tenant(OTHER_PROJECT));
      await refused('auth.forbidden', {}, tenant(PROJECT, ['reader']));
      another({ visibility: 'shared' });
      await refused('auth.forbidden', {}, tenant(OTHER_PROJECT));
      another({ visibility: 'public' });
      await refused('auth.forbidden', {}, tenant(OTHER_PROJECT));
    });

    it('while the image is not active', async () => {
      another({ status: 'importing' });
      await refused('image.not_active');
      another({ status: 'deactivated' });
      await refused('image.deactivated');
    });

    it('as a file that cannot hold its disk, and of what is no disk', async () => {
      another({ virtual_size: (3n * 2n ** 40n).toString() });
      await refused('export.format_unsupported', { disk_format: 'vhd' });
      another({ disk_format: 'iso' });
      await refused('export.format_unsupported');
    });

    it('into a bucket that is not the project’s, in the same words whether it is there or not', async () => {
      another();
      const into = (bucket: string) => ({ destination: { bucket, object: 'exports/a.img' } });
      await refused('export.bucket_not_found', into(exports.buckets.other));
      await refused('export.bucket_not_found', into('nobodys-bucket'));
      exports.book.assigned.add(`${PROJECT} ${exports.s3.bucket}`);
      await refused('export.bucket_not_found', into(exports.s3.bucket)); // Imago’s own, whatever was assigned
    });

    it('into a bucket that is gone, or does not let Imago in', async () => {
      another();
      for (const bucket of [exports.buckets.gone, exports.buckets.shut]) {
        await refused('export.bucket_unusable', { destination: { bucket, object: 'exports/a.img' } });
      }
    });

    it('over an object that is there, and to one that another export writes', async () => {
      another();
      const destination = destinationOf();
      await exports.bucket.put(destination.object, Buffer.from('mine'));
      await refused('export.object_exists', { destination });
      const busy = destinationOf();
      const first = await exports.request(another().id, { destination: busy });
      another();
      await refused('export.destination_busy', { destination: busy, overwrite: true });
      await exports.ask(CancelExport, { job_id: first.id });
      const second = await exports.request(image.id, { destination: busy });
      expect(second.state).toBe('queued');
      await exports.ask(CancelExport, { job_id: second.id });
    });
  });

  it('that races another one to the same object is one of two: one object, one refusal', async () => {
    another();
    const destination = destinationOf();
    const ask = () => exports.ask(RequestExport, exportOf(image.id, exports.buckets.own, { destination }));
    const outcomes = await Promise.allSettled([ask(), ask(), ask()]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'export.destination_busy' });
      else await exports.ask(CancelExport, { job_id: outcome.value.job.id });
    }
  });

  it('never writes over what the tenant put there meanwhile', async () => {
    another();
    const worker = await hire();
    const held = worker.gate.hold((call) => call.action === 'complete_upload');
    const destination = destinationOf();
    const { id } = await exports.request(image.id, { destination });
    await held.arrived;
    await exports.bucket.put(destination.object, Buffer.from('mine'));
    held.release();
    expect(await exports.looks.ended(id)).toMatchObject({
      state: 'failed',
      error: { code: 'export.object_exists', phase: 'seal' },
    });
    await eventually(async () => {
      expect(await exports.looks.isCleared(id)).toBe(true);
    });
    expect((await readObject(exports.bucket, destination.object)).toString()).toBe('mine');
    expect(await exports.bucket.listMultiparts(destination.object)).toEqual([]);
  });

  it('fails when the object is replaced before it was read back, and leaves the other one', EXHAUSTIVE, async () => {
    another();
    const worker = await hire();
    const held = worker.gate.hold((call) => call.action === 'read' && call.key.startsWith('exports/'));
    const destination = destinationOf();
    const { id } = await exports.request(image.id, { destination });
    await held.arrived;
    await exports.bucket.put(destination.object, Buffer.from('mine'));
    held.release();
    expect(await exports.looks.ended(id)).toMatchObject({ state: 'failed', error: { code: 'export.object_changed' } });
    await eventually(async () => {
      expect(await exports.looks.isCleared(id)).toBe(true);
    });
    expect((await readObject(exports.bucket, destination.object)).toString()).toBe('mine');
  });

  it('fails when what was sent is not what the store has, and takes it away', async () => {
    another();
    const worker = await hire();
    const held = worker.gate.hold((call) => call.action === 'complete_upload');
    const destination = destinationOf();
    const { id } = await exports.request(image.id, { destination, disk_format: 'raw' });
    await held.arrived;
    await exports.db.query('UPDATE export.parts SET crc32 = (crc32 + 1) % 4294967296 WHERE part_number = 2');
    held.release();
    const job = await exports.looks.ended(id);
    expect(job).toMatchObject({ state: 'failed', error: { code: 'export.verification_failed', phase: 'verify' } });
    await expectNothingLeft(id, destination.object);
  });

  it('fails when what the store copied is not what the image is, and takes it away', EXHAUSTIVE, async () => {
    another({ checksum: '0'.repeat(32) });
    await hire();
    const destination = destinationOf();
    const { id } = await exports.request(image.id, { destination });
    const job = await exports.looks.ended(id);
    expect(job).toMatchObject({ state: 'failed', error: { code: 'export.verification_failed', phase: 'verify' } });
    await expectNothingLeft(id, destination.object);
  });

  it(
    'is read and sent while the hash of the image is not known yet: nothing else could prove a copy',
    EXHAUSTIVE,
    async () => {
      another({ checksum: null });
      const { gate } = await hire();
      const { id } = await exports.request(image.id);
      expect(await exports.looks.ended(id)).toMatchObject({ state: 'succeeded' });
      expect([gate.count('copy_part'), gate.count('upload_part')]).toEqual([0, expect.any(Number)]);
      expect(gate.count('upload_part')).toBeGreaterThan(1);
    },
  );

  it('fails when the image is not in the store as it was stored', async () => {
    const broken = await storeImage(exports.store, content);
    const file = await readObject(exports.store, broken.object.key);
    file.fill(0xff, file.length - 4096);
    await exports.store.put(broken.object.key, file);
    const { id: imageId } = exports.book.add(broken);
    await hire();
    const destination = destinationOf();
    const { id } = await exports.request(imageId, { destination, disk_format: 'raw' });
    expect(await exports.looks.ended(id)).toMatchObject({ state: 'failed', error: { code: 'export.image_damaged' } });
    await expectNothingLeft(id, destination.object);
  });

  describe('in the middle', () => {
    /** An export with its second part on the way, and what it hangs on. */
    async function halfDone(change = {}) {
      another();
      const worker = await hire();
      const held = worker.gate.hold((call) => call.action === 'copy_part' && call.partNumber === 2);
      const destination = destinationOf();
      const { id } = await exports.request(image.id, { destination, ...change });
      await held.arrived;
      return { id, object: destination.object, held, worker };
    }

    it('is cancelled by its owner and nobody else, within a part, and leaves nothing', async () => {
      const { id, object, held } = await halfDone();
      await expect(exports.ask(CancelExport, { job_id: id }, tenant(OTHER_PROJECT))).rejects.toMatchObject({
        code: 'job.not_found',
      });
      expect((await exports.ask(CancelExport, { job_id: id })).job.state).toBe('cancelling');
      expect((await exports.looks.eventsOf(id)).at(-1)).toMatchObject({ type: 'ImageExportCancelled' });
      held.release();
      await expectNothingLeft(id, object);
      await expect(exports.ask(CancelExport, { job_id: id })).rejects.toMatchObject({ code: 'job.wrong_state' });
    });

    it.each([
      ['deleted', 'deleteImage', 'export.image_deleted'],
      ['closed by an operator', 'deactivateImage', 'image.deactivated'],
    ] as const)('ends when its image is %s, with that reason, and leaves nothing', async (_what, happens, code) => {
      const { id, object, held } = await halfDone();
      await heardOf(await exports[happens](image.id));
      held.release();
      expect(await exports.looks.ended(id)).toMatchObject({ state: 'failed', error: { code } });
      expect((await exports.looks.eventsOf(id)).at(-1)).toMatchObject({ type: 'ImageExportFailed' });
      await expectNothingLeft(id, object);
    });

    it('goes on when it only hears late of something that is over', EXHAUSTIVE, async () => {
      const { id, held } = await halfDone();
      await heardOf(await exports.sayDeactivated(image.id));
      held.release();
      expect(await exports.looks.ended(id)).toMatchObject({ state: 'succeeded' });
    });

    it('begins again when somebody aborts its upload, but not for ever', EXHAUSTIVE, async () => {
      const { id, object, held, worker } = await halfDone();
      for (const upload of await exports.bucket.listMultiparts(object)) await exports.bucket.abortMultipart(upload);
      held.release();
      expect(await exports.looks.ended(id)).toMatchObject({ state: 'succeeded', data: { lost_uploads: 1 } });
      expect(worker.gate.count('create_upload')).toBe(2);
    });

    it('leaves uploads alone that are the tenant’s, also when a worker is lost over its own', async () => {
      another();
      const destination = destinationOf();
      const theirs = await exports.bucket.createMultipart(destination.object);
      const lost = await hire();
      const held = lost.gate.hold((call) => call.action === 'create_upload', 'after');
      const { id } = await exports.request(image.id, { destination });
      await held.arrived;
      await lost.lose();
      held.release();
      expect(await exports.bucket.listMultiparts(destination.object)).toHaveLength(2);
      await exports.ask(CancelExport, { job_id: id });
      await exports.looks.expireLease(id);
      await hire();
      await exports.looks.ended(id);
      await eventually(async () => {
        expect(await exports.looks.isCleared(id)).toBe(true);
      });
      expect(await exports.bucket.listMultiparts(destination.object)).toEqual([theirs]);
      await exports.bucket.abortMultipart(theirs);
    });

    /** Resolves once export has applied an event. */
    async function heardOf(eventId: string): Promise<void> {
      await eventually(async () => {
        const heard: object[] = await exports.db.query('SELECT 1 FROM export.inbox WHERE message_id = $1', [eventId]);
        expect(heard).not.toEqual([]);
      });
    }
  });

  it('of a waiting job ends at once when it is cancelled, and its object is free again', async () => {
    another();
    const destination = destinationOf();
    const { id } = await exports.request(image.id, { destination });
    expect((await exports.ask(CancelExport, { job_id: id })).job).toMatchObject({ state: 'cancelled' });
    await expectNothingLeft(id, destination.object);
  });

  it('that waits for an image that was deleted fails with that reason', EXHAUSTIVE, async () => {
    another();
    const { id } = await exports.request(image.id);
    await exports.deleteImage(image.id);
    await hire();
    expect(await exports.looks.ended(id)).toMatchObject({
      state: 'failed',
      error: { code: 'export.image_deleted', phase: 'admit' },
    });
    const failed = (await exports.looks.eventsOf(id)).at(-1)?.data as DataOf<typeof ImageExportedV1>;
    expect(failed.image_id).toBe(image.id);
  });
});
