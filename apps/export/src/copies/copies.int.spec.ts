import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  CancelExport,
  type DataOf,
  FullMachineCopiedV1,
  ImageCopiedV1,
  type ShownImage,
  type JobView,
  refusal,
  RequestCopy,
} from '@imago/contracts';
import { readObject, sha256, type StoredImage, storeImage } from '@imago/image-transfer/testing';
import { imageObjectKey, indexKey, type ObjectStore } from '@imago/object-store';
import { eventually, EXHAUSTIVE, firstOfEach, workIn } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { COPY_MOMENTS } from '../../test/copy-moments.ts';
import { MIB, QemuImg, someDisk } from '../../test/disks.ts';
import { type ExportUnderTest, startExport } from '../../test/export-under-test.ts';
import type { ExportWorker } from '../../test/export-worker.ts';
import { copyOf, OTHER_PROJECT, OTHER_REGION, PROJECT, REGION, tenant } from '../../test/requests.ts';

type Copied = DataOf<typeof ImageCopiedV1>;

describe('a copy of an image', () => {
  const disk = someDisk();
  let exports: ExportUnderTest & { close(): Promise<void> };
  let stored: StoredImage;
  let image: ShownImage;
  let file: Buffer;
  const hired: ExportWorker[] = [];

  beforeAll(async () => {
    exports = await startExport({ EXPORT_ADMISSION_SECONDS: '1' });
    stored = await storeImage(exports.store, disk);
    file = await readObject(exports.store, stored.object.key);
    image = exports.book.add(stored);
    exports.book.copies.hashes.set(image.id, hashesOf(file));
  });

  afterEach(async () => {
    for (const worker of hired.splice(0)) await worker.dismiss();
    const { copies } = exports.book;
    copies.room = Infinity;
    copies.refuse = copies.loseAnswers = null;
  });

  afterAll(() => exports.close());

  async function hire(): Promise<ExportWorker> {
    const worker = await exports.hire();
    hired.push(worker);
    return worker;
  }

  async function copied(jobId: string): Promise<Copied> {
    const events = await exports.looks.eventsOf(jobId);
    expect(await exports.looks.job(jobId)).toMatchObject({ state: 'succeeded', error: null });
    return ImageCopiedV1.data.parse(events.at(-1)?.data);
  }

  /** The copy ended so, and nothing of it is anywhere. */
  async function expectFailed(jobId: string, code: string, phase?: string): Promise<void> {
    const events = await exports.looks.eventsOf(jobId);
    expect(events.at(-1)).toMatchObject({ type: 'ImageCopyFailed', data: { error: { code } } });
    expect(await exports.looks.job(jobId)).toMatchObject({ state: 'failed', error: { code, ...(phase && { phase }) } });
    await expectNothingLeft(jobId);
  }

  async function expectNothingLeft(jobId: string): Promise<void> {
    await eventually(async () => {
      expect(await exports.store.listMultiparts('images/')).toEqual([]);
      expect(await exports.otherStore.listMultiparts('images/')).toEqual([]);
    });
    expect(await exports.looks.journalOf(jobId)).toEqual([]);
    expect(await exports.looks.copySources()).toBe(0);
  }

  async function jobs(): Promise<number> {
    const [row]: { count: number }[] = await exports.db.query('SELECT count(*)::int FROM export.jobs');
    return row?.count ?? -1;
  }

  describe('of a full machine', () => {
    let machine: ShownImage;
    let data: StoredImage;

    beforeAll(async () => {
      data = await storeImage(exports.store, randomBytes(3 * MIB));
      const part = exports.book.add(data, { image_type: 'data_disk' });
      exports.book.copies.hashes.set(part.id, hashesOf(await readObject(exports.store, data.object.key)));
      const data_disks = [{ image_id: part.id, position: 1, size_gib: 1, size: part.size, checksum: null }];
      machine = exports.book.add(stored, { image_type: 'full_machine', data_disks });
      exports.book.copies.hashes.set(machine.id, hashesOf(file));
    });

    it('has all its disks, and goes on at the second one when the worker of that is lost', async () => {
      const lost = await hire();
      const isSecond = ({ key }: { key: string }): boolean => key.startsWith('images/') && key !== first;
      let first = '';
      const held = lost.gate.hold((call) => {
        if (call.action !== 'complete_upload') return false;
        first ||= call.key;
        return isSecond(call);
      }, 'after');
      const job = await exports.copy(machine.id, { name: 'machine two' });
      await held.arrived;
      await lost.lose();
      held.release();
      await exports.looks.expireLease(job.id);
      const rescuer = await hire();
      const { data: told } = (await exports.looks.eventsOf(job.id)).at(-1) ?? {};
      const { object, data_disks } = FullMachineCopiedV1.data.parse(told);
      expect((await readObject(exports.store, object.key)).equals(file)).toBe(true);
      const [disk] = data_disks;
      const bytes = await readObject(exports.store, data.object.key);
      expect((await readObject(exports.store, disk?.object.key ?? '')).equals(bytes)).toBe(true);
      expect(disk?.object).toMatchObject(hashesOf(bytes));
      expect(rescuer.gate.count('create_upload')).toBe(0);
      const total = BigInt(file.length + bytes.length);
      expect(await exports.looks.job(job.id)).toMatchObject({ bytes_done: total, bytes_total: total });
    });

    it('is not there when one of its disks cannot be copied', EXHAUSTIVE, async () => {
      await hire();
      const { key } = data.object;
      const bytes = await readObject(exports.store, key);
      await exports.store.deleteMany([key]);
      const job = await exports.copy(machine.id, { name: 'half a machine' });
      await expectFailed(job.id, 'copy.image_damaged');
      await exports.store.put(key, bytes);
    });
  });

  describe('has the very bytes of the image', () => {
    it('in the same region, where the store copies them itself; who asked is told where it is', async () => {
      const worker = await hire();
      const context = tenant();
      const job = await exports.copy(image.id, { name: 'web two' }, context);
      expect(job).toMatchObject({ type: 'copy', project_id: PROJECT, region: REGION, phase: 'map', state: 'queued' });
      const { object, source, image_id } = await copied(job.id);
      expect(source).toEqual({ image_id: image.id, region: REGION });
      expect(image_id).toBe(job.image_id);
      expect(object).toMatchObject({ ...hashesOf(file), os_hash_algo: 'sha512', size: String(file.length) });
      expect(object).toMatchObject({ index_hash: stored.object.index_hash, disk_format: 'qcow2' });
      expect((await readObject(exports.store, object.key)).equals(file)).toBe(true);
      expect(exports.book.copies.registered.get(image_id)).toMatchObject({ name: 'web two', region: REGION, source });
      expect(worker.gate.count('upload_part')).toBe(0);
      const events = await exports.looks.eventsOf(job.id);
      const types = events.map((event) => event.type).filter((type) => type !== 'ImageCopyProgressed');
      expect(types).toEqual(['ImageCopyRequested', 'ImageCopied']);
      expect(new Set(events.map((event) => event.correlationid))).toEqual(new Set([context.correlation_id]));
      expect(new Set(events.map((event) => event.region))).toEqual(new Set([REGION]));
    });

    it('in another region, with its index', EXHAUSTIVE, async () => {
      const worker = await hire();
      const job = await exports.copy(image.id, { name: image.name ?? '', destination_region: OTHER_REGION });
      expect(job.region).toBe(OTHER_REGION);
      const { object } = await copied(job.id);
      expect((await readObject(exports.otherStore, object.key)).equals(file)).toBe(true);
      expect(sha256(await readObject(exports.otherStore, indexKey(object.key)))).toBe(stored.object.index_hash);
      expect(worker.gate.count('upload_part')).toBe(0);
    });

    it('also where the store does not copy parts, or may not: then they are read and sent', EXHAUSTIVE, async () => {
      const worker = await hire();
      const { gate } = worker;
      gate.answer((call) => call.action === 'copy_part', 501);
      const { object } = await copied((await exports.copy(image.id)).id);
      expect((await readObject(exports.store, object.key)).equals(file)).toBe(true);
      expect(gate.count('upload_part')).toBeGreaterThan(1);
    });

    it('standing alone, when the image is a layer on another', async () => {
      const content = Buffer.from(disk);
      randomBytes(2 * MIB).copy(content, 4 * MIB);
      content.fill(0, 8 * MIB, 10 * MIB);
      const layer = await storeImage(exports.store, content, {
        base: stored,
        changed: [{ offset: 4 * MIB, length: 6 * MIB }],
      });
      const layered = exports.book.add(layer);
      await hire();
      const { object } = await copied((await exports.copy(layered.id, { destination_region: OTHER_REGION })).id);
      const flat = await readObject(exports.otherStore, object.key);
      expect(object).toMatchObject({ ...hashesOf(flat), size: layer.file_size, index_hash: layer.object.index_hash });
      await new QemuImg(exports.qemuImg, exports.directory).requireSame(flat, 'qcow2', content);
    });

    it('when it is a file kept as it was uploaded, whatever it is', EXHAUSTIVE, async () => {
      const bytes = randomBytes(6 * MIB + 17);
      const iso = exports.book.addFile(await keep(exports.store, bytes), { disk_format: 'iso' });
      exports.book.copies.hashes.set(iso.id, hashesOf(bytes));
      await hire();
      const { object } = await copied((await exports.copy(iso.id, { destination_region: OTHER_REGION })).id);
      expect(object).toMatchObject({ disk_format: 'iso', index_hash: null, ...hashesOf(bytes) });
      expect((await readObject(exports.otherStore, object.key)).equals(bytes)).toBe(true);
      await expect(exports.otherStore.head(indexKey(object.key))).rejects.toThrow();
    });
  });

  describe('is refused at once, and nothing is left', () => {
    it.each([
      [{ destination_region: 'nowhere' }, 'region.not_found'],
      [{ source: { image_id: randomUUID(), region: REGION } }, 'image.not_found'],
    ])('when it is asked for as %j', async (change, code) => {
      const before = await jobs();
      await expect(exports.copy(image.id, change)).rejects.toMatchObject({ code });
      expect(await jobs()).toBe(before);
      expect(await exports.looks.copySources()).toBe(0);
    });

    it.each(['copy.same_name', 'copy.not_allowed', 'image.deactivated', 'image.not_active', 'auth.forbidden'] as const)(
      'when catalog says %s',
      async (code) => {
        const before = await jobs();
        exports.book.copies.refuse = refusal(code, 'No.');
        await expect(exports.copy(image.id)).rejects.toMatchObject({ code });
        expect(await jobs()).toBe(before);
      },
    );

    it('to projects that do not see the image, and to those who only look', async () => {
      const stranger = exports.copy(image.id, {}, tenant(OTHER_PROJECT));
      await expect(stranger).rejects.toMatchObject({ code: 'image.not_found' });
      const reader = exports.copy(image.id, {}, tenant(PROJECT, ['reader']));
      await expect(reader).rejects.toMatchObject({ code: 'auth.forbidden' });
    });

    it('to all but one of those who race for the last place', EXHAUSTIVE, async () => {
      const before = await jobs();
      exports.book.copies.room = 1;
      const asked = await Promise.allSettled(Array.from({ length: 8 }, () => exports.copy(image.id)));
      const accepted = asked.filter((each) => each.status === 'fulfilled');
      expect(accepted).toHaveLength(1);
      expect(await jobs()).toBe(before + 1);
      await hire();
      await copied(accepted[0]?.value.id ?? '');
    });

    it('under a key that was used for another; the same again is the same job', async () => {
      const key = randomUUID();
      const first = await exports.copy(image.id, { idempotency_key: key });
      expect((await exports.copy(image.id, { idempotency_key: key })).id).toBe(first.id);
      const other = exports.copy(image.id, { idempotency_key: key, name: 'another' });
      await expect(other).rejects.toMatchObject({ code: 'request.idempotency_conflict' });
      await exports.ask(CancelExport, { job_id: first.id });
    });

    it('when nobody knows whether catalog registered it: then the image is taken back', async () => {
      const { copies } = exports.book;
      copies.loseAnswers = new Error('lost');
      const request = copyOf(image.id);
      await expect(exports.ask(RequestCopy, request)).rejects.toMatchObject({ kind: 'internal' });
      const imageId = [...copies.registered.keys()].at(-1);
      await eventually(() => {
        expect(copies.abandoned).toContain(imageId);
      });
      await eventually(async () => {
        expect(await exports.looks.copySources()).toBe(0);
      });
    });
  });

  describe('ends with a reason', () => {
    /** Holds a copy at a moment while something happens to the image, or to the copy. */
    async function meanwhile(
      moment: (typeof COPY_MOMENTS)[number],
      happens: (job: JobView) => Promise<unknown>,
    ): Promise<JobView> {
      const worker = await hire();
      const held = moment.hold(worker.gate, stored.object.key);
      const job = await exports.copy(image.id, { destination_region: OTHER_REGION });
      await held.arrived;
      await happens(job);
      held.release();
      return job;
    }

    function momentIn(phase: string, moment: string): (typeof COPY_MOMENTS)[number] {
      const found = COPY_MOMENTS.find((each) => each.phase === phase && each.moment.includes(moment));
      if (found === undefined) throw new Error('there is no such moment');
      return found;
    }

    const beforeIt = COPY_MOMENTS.filter(({ phase }) => phase !== 'activate');
    for (const [rows, options] of firstOfEach(beforeIt, workIn)) {
      it.each(rows)('when the image is deleted while it is in $phase, $moment', options, async (moment) => {
        const { object } = exports.book.find(image.id);
        try {
          const job = await meanwhile(moment, () => exports.deleteImage(image.id));
          await expectFailed(job.id, 'copy.image_deleted');
        } finally {
          exports.book.images.set(image.id, { image, object });
        }
      });
    }

    it('when the image is deactivated meanwhile', EXHAUSTIVE, async () => {
      const { object } = exports.book.find(image.id);
      try {
        const moment = momentIn('seal', 'before');
        const job = await meanwhile(moment, () => exports.deactivateImage(image.id));
        await expectFailed(job.id, 'image.deactivated');
      } finally {
        exports.book.images.set(image.id, { image, object });
      }
    });

    it('but not by word that comes late: it is looked into, and the copy goes on', EXHAUSTIVE, async () => {
      const job = await meanwhile(momentIn('transfer', 'not journaled'), async () => {
        await exports.looks.heard(await exports.sayDeactivated(image.id));
      });
      const { object } = await copied(job.id);
      expect((await readObject(exports.otherStore, object.key)).equals(file)).toBe(true);
    });

    it('when the bytes of the image are not those of its hashes', async () => {
      const damagedFile = Buffer.from(file);
      damagedFile.writeUInt8(damagedFile.readUInt8(damagedFile.length - 5_000) ^ 1, damagedFile.length - 5_000);
      const damaged = await storeImage(exports.store, disk);
      await exports.store.put(damaged.object.key, damagedFile);
      const known = exports.book.add(damaged);
      exports.book.copies.hashes.set(known.id, hashesOf(file));
      await hire();
      await expectFailed((await exports.copy(known.id)).id, 'copy.image_damaged', 'verify');
      // Nobody has read this one in full; its clusters have hashes all the same.
      const unread = exports.book.add(damaged);
      await expectFailed((await exports.copy(unread.id)).id, 'copy.image_damaged', 'verify');
    });

    it('when its index is another one, or its object is gone', EXHAUSTIVE, async () => {
      const broken = await storeImage(exports.store, disk.subarray(0, 2 * MIB));
      await exports.store.put(indexKey(broken.object.key), randomBytes(500));
      await hire();
      await expectFailed((await exports.copy(exports.book.add(broken).id)).id, 'copy.image_damaged', 'seal');
      await exports.store.deleteMany([broken.object.key]);
      await expectFailed((await exports.copy(exports.book.add(broken).id)).id, 'copy.image_damaged', 'map');
    });

    it('when somebody writes over the copy before it was read back', EXHAUSTIVE, async () => {
      const job = await meanwhile(momentIn('verify', 'before'), async () => {
        const key = [...exports.book.copies.objects.values()].at(-1)?.key ?? '';
        await exports.otherStore.put(key, randomBytes(file.length));
      });
      await expectFailed(job.id, 'copy.verification_failed', 'verify');
    });

    it.each(['cancel', 'delete'] as const)(
      'when it is cancelled, or its image deleted in the making: %s',
      async (how) => {
        const worker = await hire();
        const held = worker.gate.hold((call) => call.action === 'copy_part' && call.partNumber === 3);
        const { id, image_id } = await exports.copy(image.id);
        await held.arrived;
        if (how === 'cancel') await exports.ask(CancelExport, { job_id: id });
        else await exports.deleteCopy(image_id ?? '');
        expect((await exports.looks.eventsOf(id)).at(-1)).toMatchObject({ type: 'ImageCopyCancelled' });
        held.release();
        await expectNothingLeft(id);
      },
    );

    it('to nobody but its project', async () => {
      const { id } = await exports.copy(image.id);
      const stranger = exports.ask(CancelExport, { job_id: id }, tenant(OTHER_PROJECT));
      await expect(stranger).rejects.toMatchObject({ code: 'job.not_found' });
      await exports.ask(CancelExport, { job_id: id });
      expect((await exports.looks.eventsOf(id)).at(-1)).toMatchObject({ type: 'ImageCopyCancelled' });
    });
  });
});

function hashesOf(bytes: Buffer): { checksum: string; os_hash_value: string } {
  const [checksum, os_hash_value] = ['md5', 'sha512'].map((name) => createHash(name).update(bytes).digest('hex'));
  return { checksum: checksum ?? '', os_hash_value: os_hash_value ?? '' };
}

/** Keeps a file as `PUT /v2/images/{id}/file` does. */
async function keep(store: ObjectStore, bytes: Buffer): Promise<{ object_id: string; key: string; size: string }> {
  const object_id = randomUUID();
  const key = imageObjectKey(randomUUID(), object_id);
  await store.put(key, bytes);
  return { object_id, key, size: bytes.length.toString() };
}
