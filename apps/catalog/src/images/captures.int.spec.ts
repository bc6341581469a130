import { randomUUID } from 'node:crypto';
import {
  DeactivateImage,
  type DataOf,
  ImageCaptureCancelledV1,
  ImageCapturedV1,
  ImageCaptureFailedV1,
  ImageDigestedV1,
  ImageFlattenCancelledV1,
  ImageFlattenedV1,
  ImageFlattenFailedV1,
  ImageUpdatedV1,
} from '@imago/contracts';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CapturedImages } from '../../test/captured-images.ts';
import { type CatalogUnderTest, operator, REGION, startCatalog } from '../../test/catalog-under-test.ts';
import {
  capturedData,
  capturedObject,
  digestedData,
  failedData,
  flattenedData,
  HASHES,
  NO_HASHES,
  serverOrigin,
} from '../../test/requests.ts';
import type { StoredImage } from '../../test/held-images.ts';

describe('captured images', () => {
  let catalog: CatalogUnderTest;
  let captured: CapturedImages;

  beforeAll(async () => {
    catalog = await startCatalog();
    captured = new CapturedImages(catalog);
  });
  afterAll(() => catalog.close());

  async function layer(): Promise<StoredImage> {
    const base = await captured.held.make();
    return captured.capture(base, base.owner);
  }

  function show({ image_id, owner }: StoredImage): ReturnType<CapturedImages['images']['show']> {
    return captured.images.show(image_id, owner);
  }

  /** What the events of an image named as changed, beside its status. */
  function changesTold(imageId: string): readonly string[] {
    const updates = catalog.recorder.about(imageId).filter(({ type }) => type === 'ImageUpdated');
    return updates
      .flatMap(({ data }) => (data as DataOf<typeof ImageUpdatedV1>).changed)
      .filter((name) => name !== 'status');
  }

  describe('the end of a capture', () => {
    it('makes the image active, with where it comes from, and tells of each step in order', async () => {
      const made = await captured.images.register();
      const object = await captured.allocate(made, null);
      const origin = serverOrigin(randomUUID());
      const data = capturedData(made, capturedObject(object, null), origin);
      await catalog.publish(ImageCapturedV1, made.image_id, data);
      await eventually(async () => {
        expect(await captured.images.show(made.image_id, made.owner)).toMatchObject({
          ...{ status: 'active', size: '4000', container_format: 'bare', version: 3 },
          ...{ ...HASHES, index_hash: 'c'.repeat(64), origin, source: null },
        });
        expect(catalog.recorder.typesAbout(made.image_id)).toEqual(['ImageRegistered', 'ImageUpdated', 'ImageReady']);
      });
    });

    it('makes a layer active with the size of its flattened form, before its hashes are known', async () => {
      const image = await layer();
      expect(await show(image)).toMatchObject({ status: 'active', size: '4000', ...NO_HASHES });
      const { file } = await captured.locate(image);
      expect(file).toMatchObject({ key: image.key, size: '4000', checksum: null, index_hash: 'c'.repeat(64) });
      expect(file?.layers.map(({ size }) => size)).toEqual(['40', '4']);
    });

    it.each([
      ['failed', ImageCaptureFailedV1],
      ['was cancelled', ImageCaptureCancelledV1],
    ] as const)('kills an image whose capture %s, and keeps nothing for it', async (_end, event) => {
      const base = await captured.held.make();
      const made = await captured.images.register(base.owner);
      const object = await captured.allocate(made, base.object_id);
      await captured.write(object);
      await catalog.publish(event, made.image_id, failedData(made.image_id, made.job_id));
      await captured.held.swept({ ...made, ...object });
      expect(await captured.images.show(made.image_id, made.owner)).toMatchObject({ status: 'killed' });
      await captured.remove(base);
      await captured.held.swept(base);
    });

    it('changes nothing when it comes again, or after another end', async () => {
      const image = await layer();
      const again = capturedObject(image, null);
      await catalog.publish(ImageCapturedV1, image.image_id, capturedData(image, again));
      await catalog.publish(ImageCaptureFailedV1, image.image_id, failedData(image.image_id, image.job_id));
      await catalog.publish(ImageCaptureFailedV1, image.image_id, failedData(image.image_id, randomUUID()));
      const last = await catalog.publish(
        ImageDigestedV1,
        image.image_id,
        digestedData(image.image_id, image.object_id),
      );
      await catalog.applied(last);
      expect(await show(image)).toMatchObject({ status: 'active', size: '4000', ...HASHES, version: 4 });
      expect((await captured.locate(image)).file?.layers).toHaveLength(2);
    });

    it('may be of a disk that was to be a layer and was stored whole', EXHAUSTIVE, async () => {
      const base = await captured.held.make();
      const made = await captured.images.register(base.owner);
      const object = await captured.allocate(made, base.object_id);
      await catalog.publish(ImageCapturedV1, made.image_id, capturedData(made, capturedObject(object, null)));
      await eventually(async () => {
        expect(await captured.images.show(made.image_id, made.owner)).toMatchObject({ status: 'active' });
      });
      expect((await captured.locate(made)).file).toMatchObject({ key: object.key, layers: [] });
      await captured.remove(base);
      await captured.held.swept(base);
    });
  });

  describe('the hashes of a layer', () => {
    it('are told when they are known, once', async () => {
      const image = await layer();
      const data = digestedData(image.image_id, image.object_id);
      for (let time = 0; time < 2; time++)
        await catalog.applied(await catalog.publish(ImageDigestedV1, image.image_id, data));
      expect(await show(image)).toMatchObject({ ...HASHES, version: 4 });
      expect((await captured.locate(image)).file).toMatchObject({ checksum: HASHES.checksum });
      await eventually(() => {
        expect(changesTold(image.image_id)).toEqual(['checksum', 'os_hash_algo', 'os_hash_value']);
      });
    });

    it('come to a deactivated image too, and to no deleted one', EXHAUSTIVE, async () => {
      const [closed, gone] = [await layer(), await layer()];
      await catalog.ask(DeactivateImage, { image_id: closed.image_id, region: REGION }, operator());
      await captured.remove(gone);
      for (const { image_id, object_id } of [closed, gone]) {
        await catalog.applied(await catalog.publish(ImageDigestedV1, image_id, digestedData(image_id, object_id)));
      }
      expect(await show(closed)).toMatchObject({ status: 'deactivated', ...HASHES });
      await eventually(() => {
        expect(catalog.recorder.typesAbout(gone.image_id).slice(-1)).toEqual(['ImageDeleted']);
      });
    });

    it('of another object are not those of the image', async () => {
      const image = await layer();
      const data = digestedData(image.image_id, randomUUID());
      await catalog.applied(await catalog.publish(ImageDigestedV1, image.image_id, data));
      expect(await show(image)).toMatchObject({ ...NO_HASHES, version: 3 });
    });

    it('that are known are never replaced by others', async () => {
      const image = await layer();
      const data = digestedData(image.image_id, image.object_id);
      await catalog.applied(await catalog.publish(ImageDigestedV1, image.image_id, data));
      const other = { ...data, checksum: '0'.repeat(32) };
      await catalog.applied(await catalog.publish(ImageDigestedV1, image.image_id, other));
      expect(await show(image)).toMatchObject(HASHES);
    });
  });

  describe('flattening', () => {
    it('reads the image from one object from then on, the same in everything but what was not known', async () => {
      const image = await layer();
      const before = (await captured.locate(image)).file;
      const whole = await captured.flatten(image);
      const { file } = await captured.locate(image);
      expect(file).toEqual({ ...before, key: whole.key, checksum: HASHES.checksum, layers: [] });
      expect(await show(image)).toMatchObject({ ...HASHES, size: '4000', status: 'active', version: 4 });
      await captured.held.swept(image);
      expect((await captured.describe(image)).object).toMatchObject({ object_id: whole.object_id, layers: [] });
    });

    it('tells of no change when the hashes were known', EXHAUSTIVE, async () => {
      const image = await layer();
      const data = digestedData(image.image_id, image.object_id);
      await catalog.applied(await catalog.publish(ImageDigestedV1, image.image_id, data));
      await captured.flatten(image);
      expect(await show(image)).toMatchObject({ ...HASHES, version: 4 });
    });

    it('knows no hash of the layer that comes late', EXHAUSTIVE, async () => {
      const image = await layer();
      await captured.flatten(image);
      const late = { ...digestedData(image.image_id, image.object_id), checksum: '0'.repeat(32) };
      await catalog.applied(await catalog.publish(ImageDigestedV1, image.image_id, late));
      expect(await show(image)).toMatchObject({ ...HASHES, version: 4 });
    });

    it.each([
      ['identity', { index_hash: '0'.repeat(64) }],
      ['size', { size: '4001' }],
      ['hash', { checksum: '0'.repeat(32) }],
    ])('of another %s is given up, and the image stays what it was', async (_what, other) => {
      const image = await layer();
      const digest = digestedData(image.image_id, image.object_id);
      await catalog.applied(await catalog.publish(ImageDigestedV1, image.image_id, digest));
      const before = await captured.locate(image);
      const second = await captured.beginFlatten(image);
      const data = flattenedData(image.image_id, second.job_id, second);
      const object = { ...data.object, object_id: second.object_id, key: second.key, ...other };
      await catalog.publish(ImageFlattenedV1, image.image_id, { ...data, object });
      await captured.held.swept({ ...image, ...second });
      expect(await captured.locate(image)).toEqual(before);
    });

    it.each([
      ['failed', ImageFlattenFailedV1],
      ['was cancelled', ImageFlattenCancelledV1],
    ] as const)('that %s gives up the second object alone', async (_end, event) => {
      const image = await layer();
      const before = await captured.locate(image);
      const second = await captured.beginFlatten(image);
      await catalog.publish(event, image.image_id, failedData(image.image_id, second.job_id));
      await captured.held.swept({ ...image, ...second });
      expect(await captured.locate(image)).toEqual(before);
      expect(await show(image)).toMatchObject({ status: 'active', version: 3, error: null });
    });

    it('that ended before it began can begin no more', async () => {
      const image = await layer();
      const job_id = randomUUID();
      const data = failedData(image.image_id, job_id);
      await catalog.applied(await catalog.publish(ImageFlattenCancelledV1, image.image_id, data));
      await expect(captured.beginFlatten(image, job_id)).rejects.toMatchObject({ code: 'image.wrong_state' });
    });

    it('twice at once ends with one object, whichever is first', async () => {
      const image = await layer();
      const both = [await captured.beginFlatten(image), await captured.beginFlatten(image)];
      for (const { job_id, object_id, key } of both) {
        const data = flattenedData(image.image_id, job_id, { object_id, key });
        await catalog.applied(await catalog.publish(ImageFlattenedV1, image.image_id, data));
      }
      const [first, second] = both.map((object) => ({ ...image, ...object }));
      if (first === undefined || second === undefined) throw new Error('there are two');
      await captured.held.swept(second);
      await captured.held.swept(image);
      expect((await captured.locate(image)).file).toMatchObject({ key: first.key, layers: [] });
    });

    it('of an image deleted meanwhile leaves nothing', async () => {
      const image = await layer();
      const { job_id, ...second } = await captured.beginFlatten(image);
      await captured.remove(image);
      await catalog.publish(ImageFlattenedV1, image.image_id, flattenedData(image.image_id, job_id, second));
      await captured.held.swept(image);
      await captured.held.swept({ ...image, ...second });
    });
  });
});
