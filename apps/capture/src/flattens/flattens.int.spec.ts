import { randomBytes, randomUUID } from 'node:crypto';
import {
  CancelCapture,
  type DataOf,
  type ImageDigestedV1,
  ImageFlattenedV1,
  type ShownImage,
  type JobView,
  refusal,
  RequestFlatten,
} from '@imago/contracts';
import { readObject, sha256, type StoredImage, storeImage } from '@imago/image-transfer/testing';
import { indexKey } from '@imago/object-store';
import { eventually, EXHAUSTIVE, firstOfEach } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CaptureUnderTest, startCapture } from '../../test/capture-under-test.ts';
import type { CaptureWorker } from '../../test/capture-worker.ts';
import { MIB, QemuImg, someDisk } from '../../test/disks.ts';
import { captureLayer, type LayeredImage } from '../../test/layered-image.ts';
import { OTHER_PROJECT, PROJECT, REGION, tenant } from '../../test/requests.ts';

describe('a layered image', () => {
  const original = someDisk();
  const content = Buffer.from(original);
  let captures: CaptureUnderTest;
  let qemu: QemuImg;
  let base: StoredImage;
  let layered: LayeredImage;
  const hired: CaptureWorker[] = [];

  beforeAll(async () => {
    captures = await startCapture({ CAPTURE_DIGEST_RETRY_SECONDS: '0.1' });
    qemu = new QemuImg(captures.qemuImg, captures.directory);
    base = await storeImage(captures.store, original);
    randomBytes(2 * MIB).copy(content, 6 * MIB);
    content.fill(0, 10 * MIB, 12 * MIB);
    const worker = await captures.hire();
    layered = await captureLayer(captures, { base, content, changed: [{ offset: 6 * MIB, length: 6 * MIB }] });
    await worker.dismiss();
  });

  afterEach(async () => {
    for (const worker of hired.splice(0)) await worker.dismiss();
    captures.catalog.images.set(layered.image.id, layered);
  });

  afterAll(() => captures.close());

  async function hire(): Promise<CaptureWorker> {
    const worker = await captures.hire();
    hired.push(worker);
    return worker;
  }

  async function flatten(change: { idempotency_key?: string } = {}, context = tenant()): Promise<JobView> {
    const request = { region: REGION, image_id: layered.image.id, idempotency_key: null, ...change };
    return (await captures.ask(RequestFlatten, request, context)).job;
  }

  /** It is stored whole, and reads as before. */
  async function expectFlattened(jobId: string): Promise<DataOf<typeof ImageFlattenedV1>> {
    const events = await captures.looks.eventsOf(jobId);
    expect(await captures.looks.job(jobId)).toMatchObject({ state: 'succeeded', error: null });
    const data = ImageFlattenedV1.data.parse(events.at(-1)?.data);
    const { object } = data;
    const stored = await readObject(captures.store, object.key);
    await qemu.requireSame(stored, content);
    expect(stored.length.toString()).toBe(object.size);
    expect(object.size).toBe(layered.image.size);
    expect(object.index_hash).toBe(layered.object.index_hash);
    expect(sha256(await readObject(captures.store, indexKey(object.key)))).toBe(object.index_hash);
    expect(object).toMatchObject({ virtual_size: content.length.toString(), allocated_bytes: layered.allocated_bytes });
    expect(await captures.store.listMultiparts('images/')).toEqual([]);
    expect(await captures.looks.journalOf(jobId)).toEqual([]);
    return data;
  }

  describe('is hashed', () => {
    async function digestOf(imageId: string): Promise<string> {
      return captures.looks.jobOfImage(imageId, 'digest');
    }

    it('when it is ready, once, as part of the story that made it; its hashes are those of what it flattens to', async () => {
      await hire();
      const correlation = randomUUID();
      await captures.imageReady(layered.image, correlation);
      await captures.imageReady(layered.image, correlation);
      const id = await digestOf(layered.image.id);
      const events = await captures.looks.eventsOf(id);
      const digested = events.at(-1)?.data as DataOf<typeof ImageDigestedV1>;
      expect(events.at(-1)).toMatchObject({ type: 'ImageDigested', correlationid: correlation });
      expect(digested.object_id).toBe(layered.object.object_id);
      const { object } = await expectFlattened((await flatten()).id);
      expect(digested).toMatchObject({ checksum: object.checksum, os_hash_value: object.os_hash_value });
      const ends = captures.recorder.about(layered.image.id).filter((event) => event.type === 'ImageDigested');
      expect(ends).toHaveLength(1);
    });

    it('never when it has its hashes, or is no image of ours', async () => {
      const id = randomUUID();
      await captures.imageReady({ ...layered.image, id, index_hash: null }, 'tests');
      await captures.imageReady({ ...layered.image, id, checksum: '0'.repeat(32) }, 'tests');
      const last = { ...layered.image, id: randomUUID() };
      captures.catalog.images.set(last.id, { ...layered, image: last });
      await captures.imageReady(last, 'tests');
      await digestOf(last.id);
      await expect(captures.db.query('SELECT id FROM capture.jobs WHERE image_id = $1', [id])).resolves.toEqual([]);
    });

    it('without a result when its index is another one', EXHAUSTIVE, async () => {
      const image = { ...layered.image, id: randomUUID() };
      captures.catalog.images.set(image.id, { image, object: { ...layered.object, index_hash: '0'.repeat(64) } });
      await captures.imageReady(image, 'tests');
      await hire();
      const id = await digestOf(image.id);
      expect((await captures.looks.eventsOf(id)).at(-1)).toMatchObject({
        type: 'ImageDigestFailed',
        data: { error: { code: 'capture.verification_failed' } },
      });
    });

    it(
      'again, when a digest failed for something that passes, while it is there without hashes',
      EXHAUSTIVE,
      async () => {
        const another = (): ShownImage => ({ ...layered.image, id: randomUUID() });
        const [gone, hashed, image] = [another(), another(), another()];
        captures.catalog.images.set(hashed.id, { ...layered, image: { ...hashed, checksum: '0'.repeat(32) } });
        captures.catalog.images.set(image.id, { ...layered, image });
        const error = { ...refusal('job.attempts_exhausted', 'The store was away.').toDocument(), phase: 'digest' };
        for (const { id } of [gone, hashed, image]) {
          await captures.imageReady({ ...layered.image, id }, 'tests');
          await captures.db.query(
            `UPDATE capture.jobs SET state = 'failed', finished_at = now(), error = $2 WHERE id = $1`,
            [await digestOf(id), JSON.stringify(error)],
          );
        }
        // The images are looked at in this order: that the last one is begun again says that the others were not.
        const again = await eventually(() => captures.looks.jobUnder(`digest ${image.id} 2`));
        await hire();
        expect((await captures.looks.eventsOf(again)).at(-1)).toMatchObject({ type: 'ImageDigested' });
        for (const { id } of [gone, hashed]) await digestOf(id);
      },
    );

    it('not any more when it is deleted', EXHAUSTIVE, async () => {
      const image = { ...layered.image, id: randomUUID() };
      await captures.imageReady(image, 'tests');
      const id = await digestOf(image.id);
      await expect(captures.ask(CancelCapture, { job_id: id })).rejects.toMatchObject({ code: 'job.wrong_state' });
      await captures.deleteImage(image);
      expect(await captures.looks.ended(id)).toMatchObject({ state: 'cancelled' });
      expect((await captures.looks.eventsOf(id)).at(-1)).toMatchObject({ type: 'ImageDigestFailed' });
    });
  });

  describe('is flattened', () => {
    it('by its owner, under a new object that catalog knows of before its first byte', async () => {
      const context = tenant();
      const job = await flatten({}, context);
      expect(job).toMatchObject({ type: 'flatten', project_id: PROJECT, image_id: layered.image.id, phase: 'map' });
      await hire();
      const { object } = await expectFlattened(job.id);
      expect(object.key).not.toBe(layered.object.key);
      expect(captures.catalog.objects.get(job.id)).toMatchObject({ key: object.key, purpose: 'flatten', parent: null });
      const events = await captures.looks.eventsOf(job.id);
      const types = events.map((event) => event.type).filter((type) => type !== 'ImageFlattenProgressed');
      expect(types).toEqual(['ImageFlattenRequested', 'ImageFlattened']);
      expect(new Set(events.map((event) => event.correlationid))).toEqual(new Set([context.correlation_id]));
    });

    it('as one job for one key, also when the image is whole by then', EXHAUSTIVE, async () => {
      const first = await flatten({ idempotency_key: 'flat' });
      captures.catalog.images.set(layered.image.id, { ...layered, object: { ...layered.object, layers: [] } });
      expect((await flatten({ idempotency_key: 'flat' })).id).toBe(first.id);
      await captures.ask(CancelCapture, { job_id: first.id });
    });

    it('by nobody else, and only when there is something to flatten', async () => {
      await expect(flatten({}, tenant(OTHER_PROJECT))).rejects.toMatchObject({ code: 'image.not_found' });
      await expect(flatten({}, tenant(PROJECT, ['reader']))).rejects.toMatchObject({ code: 'auth.forbidden' });
      const { image, object } = layered;
      captures.catalog.images.set(image.id, { image: { ...image, visibility: 'public' }, object });
      await expect(flatten({}, tenant(OTHER_PROJECT))).rejects.toMatchObject({ code: 'auth.forbidden' });
      captures.catalog.images.set(image.id, { image: { ...image, status: 'deactivated' }, object });
      await expect(flatten()).rejects.toMatchObject({ code: 'image.not_active' });
      captures.catalog.images.set(image.id, { image, object: { ...object, layers: [] } });
      await expect(flatten()).rejects.toMatchObject({ code: 'image.not_layered' });
    });

    it('never to other bytes than those it had', async () => {
      const { image, object } = layered;
      captures.catalog.images.set(image.id, { image: { ...image, checksum: '0'.repeat(32) }, object });
      await hire();
      const { id } = await flatten();
      expect((await captures.looks.eventsOf(id)).at(-1)).toMatchObject({
        type: 'ImageFlattenFailed',
        data: { error: { code: 'capture.verification_failed' } },
      });
    });

    const lostIn = [
      ['transfer', 'upload_part', 3],
      ['seal', 'complete_upload', null],
    ] as const;
    for (const [rows, options] of firstOfEach(lostIn, () => 'lost')) {
      it.each(rows)(
        'also when a worker is lost in %s; what it had stored is not copied again',
        options,
        async (phase, action, part) => {
          const lost = await hire();
          const held = lost.gate.hold((call) => call.action === action && (part === null || call.partNumber === part));
          const { id } = await flatten();
          await held.arrived;
          await eventually(async () => {
            expect(await captures.looks.journalOf(id)).toEqual(expect.arrayContaining([1, 2]));
          });
          expect(await captures.looks.job(id)).toMatchObject({ phase });
          await lost.lose();
          await captures.looks.expireLease(id);
          const rescuer = await hire();
          await expectFlattened(id);
          expect(rescuer.gate.count('upload_part', (call) => (call.partNumber ?? 0) < 3)).toBe(0);
        },
      );
    }

    it('not any more when it is cancelled, and nothing stays', EXHAUSTIVE, async () => {
      const worker = await hire();
      const held = worker.gate.hold((call) => call.action === 'upload_part' && call.partNumber === 3);
      const { id } = await flatten();
      await held.arrived;
      await captures.ask(CancelCapture, { job_id: id });
      expect((await captures.looks.eventsOf(id)).at(-1)).toMatchObject({ type: 'ImageFlattenCancelled' });
      held.release();
      await eventually(async () => {
        expect(await captures.looks.journalOf(id)).toEqual([]);
        expect(await captures.store.listMultiparts('images/')).toEqual([]);
      });
    });
  });
});
