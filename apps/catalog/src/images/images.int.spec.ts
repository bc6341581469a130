import { randomUUID } from 'node:crypto';
import {
  AllocateObject,
  DeleteImage,
  GetImage,
  ImageImportCancelledV1,
  ImageImportedV1,
  ImageImportFailedV1,
  ListImages,
  LocateImageFile,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CatalogUnderTest,
  operator,
  REGION,
  startCatalog,
  tenant,
  worker,
} from '../../test/catalog-under-test.ts';
import { failedData, importedData } from '../../test/requests.ts';
import { type MadeImage, SomeImages } from '../../test/some-images.ts';

describe('images', () => {
  let catalog: CatalogUnderTest;
  let images: SomeImages;

  beforeAll(async () => {
    catalog = await startCatalog();
    images = new SomeImages(catalog);
  });
  afterAll(() => catalog.close());

  describe('the end of an import', () => {
    it('makes the image active, with what its file is, and tells of each step in order', async () => {
      const made = await images.makeActive();
      expect(await images.show(made.image_id, made.owner)).toMatchObject({
        size: '4',
        virtual_size: '10737418240',
        disk_format: 'qcow2',
        container_format: 'bare',
        checksum: 'a'.repeat(32),
        os_hash_algo: 'sha512',
        source: { source_disk_format: 'raw' },
        version: 3,
      });
      await eventually(() => {
        expect(catalog.recorder.typesAbout(made.image_id)).toEqual(['ImageRegistered', 'ImageUpdated', 'ImageReady']);
      });
    });

    it('kills the image with a reason its owner can read, and the image can still be deleted', async () => {
      const made = await images.register();
      await images.allocate(made);
      await catalog.publish(ImageImportFailedV1, made.image_id, failedData(made.image_id, made.job_id));
      await eventually(async () => {
        expect(await images.show(made.image_id, made.owner)).toMatchObject({
          status: 'killed',
          error: { code: 'image.format_mismatch', message: 'declared raw, found qcow2', remedy: expect.any(String) },
        });
      });
      await catalog.ask(DeleteImage, { image_id: made.image_id, region: REGION }, made.owner);
      await eventually(() => {
        expect(catalog.recorder.typesAbout(made.image_id)).toEqual([
          'ImageRegistered',
          'ImageUpdated',
          'ImageFailed',
          'ImageDeleted',
        ]);
      });
    });

    it.each(['cancelled before its first byte', 'cancelled on the way'])('kills an image %s', async (when) => {
      const made = await images.register();
      if (when === 'cancelled on the way') await images.allocate(made);
      await catalog.publish(ImageImportCancelledV1, made.image_id, failedData(made.image_id, made.job_id));
      await eventually(async () => {
        expect(await images.show(made.image_id, made.owner)).toMatchObject({ status: 'killed' });
      });
    });

    it('changes nothing when it comes again or when another end comes after it', async () => {
      const made = await images.register();
      const object = await images.allocate(made);
      const done = importedData(made.image_id, made.job_id, object);
      await catalog.publish(ImageImportedV1, made.image_id, done);
      await catalog.publish(ImageImportedV1, made.image_id, done);
      await catalog.publish(ImageImportFailedV1, made.image_id, failedData(made.image_id, made.job_id));
      await catalog.publish(ImageImportCancelledV1, made.image_id, failedData(made.image_id, made.job_id));
      await images.settled(made);
      expect(await images.show(made.image_id, made.owner)).toMatchObject({ status: 'active', version: 3, error: null });
      expect(catalog.recorder.typesAbout(made.image_id)).toEqual(['ImageRegistered', 'ImageUpdated', 'ImageReady']);
    });

    it('does not bring back an image that was deleted in the making', async () => {
      const made = await images.register();
      const object = await images.allocate(made);
      await catalog.ask(DeleteImage, { image_id: made.image_id, region: REGION }, made.owner);
      await catalog.publish(ImageImportedV1, made.image_id, importedData(made.image_id, made.job_id, object));
      await images.settled(made);
      await expect(images.show(made.image_id, made.owner)).rejects.toMatchObject({ code: 'image.not_found' });
      expect(catalog.recorder.typesAbout(made.image_id)).toEqual(['ImageRegistered', 'ImageUpdated', 'ImageDeleted']);
    });

    it('of another job changes nothing', async () => {
      const made = await images.register();
      await images.allocate(made);
      await catalog.publish(ImageImportFailedV1, made.image_id, failedData(made.image_id, randomUUID()));
      await images.settled(made);
      expect(await images.show(made.image_id, made.owner)).toMatchObject({ status: 'importing' });
    });
  });

  describe('deleting', () => {
    it('works once, and the same request asked again gets the same answer', async () => {
      const made = await images.makeActive();
      const request = { image_id: made.image_id, region: REGION };
      const first = await catalog.ask(DeleteImage, request, made.owner);
      expect(first).toMatchObject({ members_losing: 0, event_ids: [expect.any(String)] });
      expect(await catalog.ask(DeleteImage, request, made.owner)).toEqual({ members_losing: 0, event_ids: [] });
      const later = { ...made.owner, request_id: randomUUID() };
      await expect(catalog.ask(DeleteImage, request, later)).rejects.toMatchObject({ code: 'image.not_found' });
    });

    it('is refused while the image is protected', async () => {
      const made = await images.register();
      await catalog.db.query('UPDATE catalog.images SET protected = true WHERE id = $1', [made.image_id]);
      await expect(
        catalog.ask(DeleteImage, { image_id: made.image_id, region: REGION }, made.owner),
      ).rejects.toMatchObject({ code: 'image.protected' });
      expect(await images.show(made.image_id, made.owner)).toMatchObject({ status: 'queued', version: 1 });
    });

    it('is refused to a reader of the same project', async () => {
      const made = await images.register();
      await expect(
        catalog.ask(
          DeleteImage,
          { image_id: made.image_id, region: REGION },
          tenant(made.owner.project_id, ['reader']),
        ),
      ).rejects.toMatchObject({ code: 'auth.forbidden' });
    });
  });

  describe("from the other tenant's side", () => {
    it('a private image is not there, by any request and in any region', async () => {
      const made = await images.makeActive();
      const other = tenant(randomUUID());
      const at = { image_id: made.image_id, region: REGION };
      for (const definition of [GetImage, DeleteImage, LocateImageFile]) {
        await expect(catalog.ask(definition, at, other)).rejects.toMatchObject({ code: 'image.not_found' });
        await expect(catalog.ask(definition, { ...at, region: 'region-2' }, made.owner)).rejects.toMatchObject({
          code: 'image.not_found',
        });
      }
      await expect(
        catalog.ask(AllocateObject, { ...at, job_id: made.job_id }, worker(other.project_id)),
      ).rejects.toMatchObject({ code: 'image.not_found' });
      const page = await list(other);
      expect(page.images.map(({ id }) => id)).not.toContain(made.image_id);
      await expect(list(other, {}, { marker: made.image_id })).rejects.toMatchObject({
        code: 'image.marker_not_found',
      });
    });

    it('a public image can be seen, listed and read, and not deleted', async () => {
      const made = await images.makeActive();
      await catalog.db.query(`UPDATE catalog.images SET visibility = 'public' WHERE id = $1`, [made.image_id]);
      const other = tenant(randomUUID());
      const at = { image_id: made.image_id, region: REGION };
      expect(await images.show(made.image_id, other)).toMatchObject({ status: 'active' });
      expect(await catalog.ask(LocateImageFile, at, other)).toMatchObject({ file: { key: made.key, size: '4' } });
      expect((await list(other, { visibility: 'public' })).images.map(({ id }) => id)).toContain(made.image_id);
      await expect(catalog.ask(DeleteImage, at, other)).rejects.toMatchObject({ code: 'auth.forbidden' });
    });

    it('an operator sees and may delete what belongs to any project', async () => {
      const made = await images.makeActive();
      expect(await images.show(made.image_id, operator())).toMatchObject({ id: made.image_id });
      const page = await list(operator());
      expect(page.images.map(({ id }) => id)).toContain(made.image_id);
      await catalog.ask(DeleteImage, { image_id: made.image_id, region: REGION }, operator());
    });
  });

  describe('where the bytes are', () => {
    const locate = (made: MadeImage, context = made.owner): Promise<{ file: unknown }> =>
      catalog.ask(LocateImageFile, { image_id: made.image_id, region: REGION }, context);

    it('is answered as soon as the image is active', async () => {
      const queued = await images.register();
      expect(await locate(queued)).toEqual({ file: null });
      const made = await images.makeActive();
      const hashes = { checksum: 'a'.repeat(32), index_hash: 'c'.repeat(64) };
      expect(await locate(made)).toEqual({ file: { key: made.key, size: '4', ...hashes, layers: [] } });
    });

    it('is for operators only while the image is deactivated', async () => {
      const made = await images.makeActive();
      await catalog.db.query(`UPDATE catalog.images SET status = 'deactivated' WHERE id = $1`, [made.image_id]);
      await expect(locate(made)).rejects.toMatchObject({ code: 'image.deactivated' });
      expect(await locate(made, operator())).toMatchObject({ file: { key: made.key } });
    });
  });

  type Filters = (typeof ListImages)['request']['_input']['filters'];

  function list(
    context: RequestContext,
    filters: Filters = {},
    { limit = 1000, marker = null }: { limit?: number; marker?: string | null } = {},
  ): Promise<(typeof ListImages)['response']['_output']> {
    return catalog.ask(ListImages, { region: REGION, limit, marker, filters }, context);
  }

  describe('listing', () => {
    it('gives every image once, newest first, while others are made and deleted between its pages', async () => {
      const owner = tenant(randomUUID());
      const before: string[] = [];
      for (let n = 0; n < 7; n++) before.unshift((await images.register(owner)).image_id);
      const seen: string[] = [];
      let marker: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof list>> = await list(
          owner,
          { visibility: 'private' },
          { limit: 2, marker },
        );
        seen.push(...page.images.map(({ id }) => id));
        marker = page.next_marker;
        await images.register(owner);
        // The marker itself goes too: its place in the order stays.
        const [last] = page.images.slice(-1);
        if (last !== undefined) await catalog.ask(DeleteImage, { image_id: last.id, region: REGION }, owner);
      } while (marker !== null);
      expect(seen).toEqual(before);
    });

    it('shows no more than was asked for, and whether there is more', async () => {
      const owner = tenant(randomUUID());
      await images.register(owner);
      const newest = await images.register(owner);
      expect(await list(owner, { visibility: 'private' }, { limit: 0 })).toMatchObject({ images: [] });
      expect(await list(owner, { visibility: 'private' }, { limit: 2 })).toMatchObject({ next_marker: null });
      expect(await list(owner, { visibility: 'private' }, { limit: 1 })).toMatchObject({
        images: [{ id: newest.image_id }],
        next_marker: newest.image_id,
      });
    });

    it('refuses a marker that is no image', async () => {
      await expect(list(tenant(randomUUID()), {}, { marker: randomUUID() })).rejects.toMatchObject({
        code: 'image.marker_not_found',
      });
    });
  });
});
