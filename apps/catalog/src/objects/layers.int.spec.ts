import { randomUUID } from 'node:crypto';
import {
  AllocateObject,
  BeginUpload,
  DeactivateImage,
  DescribeLayers,
  heldObject,
  ImageUploadedV1,
  RegisterImage,
} from '@imago/contracts';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CapturedImages, somebody } from '../../test/captured-images.ts';
import { type CatalogUnderTest, operator, REGION, startCatalog, worker } from '../../test/catalog-under-test.ts';
import type { StoredImage } from '../../test/held-images.ts';
import { registration, storedObject } from '../../test/requests.ts';
import { ObjectSweeper } from './object-sweeper.ts';

const UNUSABLE = { code: 'image.parent_unusable' };

describe('layers', () => {
  let catalog: CatalogUnderTest;
  let captured: CapturedImages;

  beforeAll(async () => {
    catalog = await startCatalog({ CATALOG_MAXIMUM_LAYERS: '3' });
    captured = new CapturedImages(catalog);
  });
  afterAll(() => catalog.close());

  /** An image and those above it, the base first; all of one project. */
  async function line(length: number): Promise<readonly [StoredImage, ...StoredImage[]]> {
    const base = await captured.held.make();
    const images: [StoredImage, ...StoredImage[]] = [base];
    while (images.length < length) images.push(await captured.capture(images.at(-1) ?? base, base.owner));
    return images;
  }

  async function areUntouched(images: readonly StoredImage[]): Promise<void> {
    await catalog.app.get(ObjectSweeper).sweep();
    for (const image of images) {
      expect(await captured.held.stateOf(image)).toBe('sealed');
      expect(await captured.held.bytesOf(image)).toHaveLength(2);
    }
  }

  function makePublic({ image_id }: StoredImage): Promise<unknown> {
    return catalog.db.query(`UPDATE catalog.images SET visibility = 'public' WHERE id = $1`, [image_id]);
  }

  describe('an object to write', () => {
    it('is a layer on an image of the project or a public one, and no other', async () => {
      const base = await captured.held.make();
      const own = await captured.images.register(base.owner);
      const object = await captured.allocate(own, base.object_id);
      expect(await captured.allocate(own, base.object_id)).toEqual(object);
      const stranger = await captured.images.register();
      await expect(captured.allocate(stranger, base.object_id)).rejects.toMatchObject(UNUSABLE);
      await makePublic(base);
      await captured.allocate(stranger, base.object_id);
    });

    it('that cannot be a layer is whole, and stays that for its job', async () => {
      const made = await captured.images.register();
      await expect(captured.allocate(made, randomUUID())).rejects.toMatchObject(UNUSABLE);
      expect(await captured.images.show(made.image_id, made.owner)).toMatchObject({ status: 'queued', version: 1 });
      const object = await captured.allocate(made, null);
      const base = await captured.held.make();
      await makePublic(base);
      await expect(captured.allocate(made, base.object_id)).rejects.toMatchObject(UNUSABLE);
      expect(await captured.allocate(made, null)).toEqual(object);
    });

    it('tells nobody whether another project has an object', async () => {
      const base = await captured.held.make();
      const made = await captured.images.register();
      const said = async (id: string): Promise<string> => {
        const error: unknown = await captured.allocate(made, id).catch((thrown: unknown) => thrown);
        return String(error).replaceAll(id, 'it');
      };
      expect(await said(base.object_id)).toBe(await said(randomUUID()));
    });

    it('is no layer on what is in another region, not sealed, or not stored by Imago', async () => {
      const owner = somebody();
      const made = await captured.images.register(owner);
      const elsewhere = await captured.held.make(owner);
      await catalog.db.query(`UPDATE catalog.objects SET region = 'elsewhere' WHERE id = $1`, [elsewhere.object_id]);
      await expect(captured.allocate(made, elsewhere.object_id)).rejects.toMatchObject(UNUSABLE);
      const { object_id } = await captured.allocate(await captured.images.register(owner), null);
      await expect(captured.allocate(made, object_id)).rejects.toMatchObject(UNUSABLE);
      const gone = await captured.held.make(owner);
      await captured.remove(gone);
      await expect(captured.allocate(made, gone.object_id)).rejects.toMatchObject(UNUSABLE);
      const request = { ...registration({ disk_format: 'qcow2' }), job_id: null };
      await catalog.ask(RegisterImage, request, owner);
      const session = { image_id: request.image_id, upload_session_id: randomUUID() };
      const file = await catalog.ask(BeginUpload, { ...session, region: REGION }, owner);
      const object = { ...storedObject(file), index_hash: null };
      await catalog.publish(ImageUploadedV1, request.image_id, { ...session, object });
      await eventually(async () => {
        expect(await captured.images.show(request.image_id, owner)).toMatchObject({ status: 'active' });
      });
      await expect(captured.allocate(made, file.object_id)).rejects.toMatchObject(UNUSABLE);
    });

    it('is no layer on too many', EXHAUSTIVE, async () => {
      const images = await line(4);
      const made = await captured.images.register(images[0].owner);
      await expect(captured.allocate(made, images[3]?.object_id ?? '')).rejects.toMatchObject(UNUSABLE);
      await captured.allocate(made, images[2]?.object_id ?? '');
    });

    it('may be a layer on what only a server still needs', async () => {
      const base = await captured.held.make();
      const server = randomUUID();
      await captured.held.hold(base, [server]);
      await captured.remove(base);
      const image = await captured.capture(base, base.owner);
      await captured.held.release([server]);
      await areUntouched([base, image]);
      await captured.remove(image);
      await captured.held.swept(base);
    });

    it('beside the one an image is read from is for a layer that is active, for its job alone', async () => {
      const [base, image] = await line(2);
      if (image === undefined) throw new Error('there are two');
      await expect(captured.beginFlatten(base)).rejects.toMatchObject({ code: 'image.not_layered' });
      const { job_id, ...second } = await captured.beginFlatten(image);
      expect(await captured.beginFlatten(image, job_id)).toEqual({ job_id, ...second });
      expect(await captured.images.show(image.image_id, image.owner)).toMatchObject({
        ...{ status: 'active', job_id: image.job_id, version: 3 },
      });
      const request = { image_id: image.image_id, region: REGION, job_id: randomUUID(), purpose: 'flatten' as const };
      await expect(catalog.ask(AllocateObject, request, worker(somebody().project_id))).rejects.toMatchObject({
        code: 'image.not_found',
      });
      const layered = { ...request, parent_object_id: base.object_id };
      await expect(catalog.ask(AllocateObject, layered, worker(image.owner.project_id))).rejects.toMatchObject(
        UNUSABLE,
      );
      await catalog.ask(DeactivateImage, { image_id: image.image_id, region: REGION }, operator());
      await expect(captured.beginFlatten(image)).rejects.toMatchObject({ code: 'image.wrong_state' });
    });
  });

  describe('what an image is read from', () => {
    it('is told to servers, background jobs and downloads, itself first and its base last', async () => {
      const images = await line(3);
      const [base, middle, top] = images;
      if (middle === undefined || top === undefined) throw new Error('there are three');
      const places = [...images].reverse().map(({ object_id, key }, place) => ({
        ...{ object_id, key, size: place === 2 ? '4' : '40' },
      }));
      const { object } = await captured.held.hold(top, [randomUUID()]);
      expect(heldObject.parse(object)).toEqual({
        ...places[0],
        ...{ disk_format: 'qcow2', virtual_size: '10737418240', index_hash: 'c'.repeat(64), layers: places.slice(1) },
      });
      expect(await captured.describe(top)).toMatchObject({ image: { id: top.image_id, origin: {} }, object });
      expect((await captured.locate(top)).file?.layers).toEqual(places);
      expect((await captured.locate(middle)).file?.layers).toEqual(places.slice(1));
      expect((await captured.locate(base)).file?.layers).toEqual([]);
      expect((await captured.describe(base)).object.layers).toEqual([]);
    });

    it('is described to services alone, while there are bytes', EXHAUSTIVE, async () => {
      const [, image] = await line(2);
      if (image === undefined) throw new Error('there are two');
      const request = { image_id: image.image_id, region: REGION };
      for (const context of [image.owner, operator()]) {
        await expect(catalog.ask(DescribeLayers, request, context)).rejects.toMatchObject({ code: 'auth.forbidden' });
      }
      const made = await captured.images.register();
      await expect(captured.describe(made)).rejects.toMatchObject({ code: 'image.not_active' });
      await captured.remove(image);
      await expect(captured.describe(image)).rejects.toMatchObject({ code: 'image.not_found' });
    });
  });

  describe('deleting', () => {
    it('the images under a layer leaves it whole; the last one takes all bytes with it', async () => {
      const images = await line(4);
      const top = images[3] ?? images[0];
      for (const image of images.slice(0, 3)) await captured.remove(image);
      await areUntouched(images);
      expect((await captured.locate(top)).file?.layers).toHaveLength(4);
      const faults = new Set((await catalog.wrongObjects()).map(({ subject }) => subject));
      expect(images.filter(({ key }) => faults.has(key))).toEqual([]);
      await captured.remove(top);
      for (const image of images) await captured.held.swept(image);
    });

    it('a layer leaves the images under it and beside it whole', EXHAUSTIVE, async () => {
      const [base, middle] = await line(2);
      if (middle === undefined) throw new Error('there are two');
      const [one, other] = [await captured.capture(middle, base.owner), await captured.capture(middle, base.owner)];
      await captured.remove(one);
      await captured.held.swept(one);
      await captured.remove(middle);
      await areUntouched([base, middle, other]);
      await captured.remove(other);
      await captured.held.swept(middle);
      await areUntouched([base]);
    });

    it('a layer in the making gives up what it was made on, whether its writer ends or not', async () => {
      const base = await captured.held.make();
      const made = await captured.images.register(base.owner);
      const object = await captured.allocate(made, base.object_id);
      await captured.remove(base);
      await areUntouched([base]);
      await captured.remove(made);
      await captured.held.swept(base);
      expect(await captured.held.stateOf({ ...made, ...object })).toBe('abandoned');
    });

    it('what a server has from a layer takes all bytes with it, when the server is the last', async () => {
      const images = await line(3);
      const top = images[2] ?? images[0];
      const server = randomUUID();
      await captured.held.hold(top, [server]);
      for (const image of images) await captured.remove(image);
      await areUntouched(images);
      await captured.held.release([server]);
      for (const image of images) await captured.held.swept(image);
    });

    it('an image that was flattened leaves the layer under servers and other layers', async () => {
      const [base, middle] = await line(2);
      if (middle === undefined) throw new Error('there are two');
      const above = await captured.capture(middle, base.owner);
      const server = randomUUID();
      await captured.held.hold(middle, [server]);
      const whole = await captured.flatten(middle);
      await areUntouched([base, middle, above, whole]);
      await captured.remove(middle);
      await captured.held.swept(whole);
      await captured.held.release([server]);
      await areUntouched([base, middle, above]);
      await captured.remove(above);
      await captured.held.swept(middle);
      await areUntouched([base]);
    });
  });
});
