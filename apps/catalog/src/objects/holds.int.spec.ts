import { randomUUID } from 'node:crypto';
import {
  BeginUpload,
  DeactivateImage,
  DeleteImage,
  heldObject,
  HoldImage,
  ImageImportFailedV1,
  imageRecord,
  ImageUploadedV1,
  LocateImageFile,
  RegisterImage,
  ReleaseHolds,
} from '@imago/contracts';
import { indexKey } from '@imago/object-store';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CatalogUnderTest, operator, REGION, startCatalog, tenant } from '../../test/catalog-under-test.ts';
import { HeldImages, type StoredImage } from '../../test/held-images.ts';
import { failedData, registration, storedObject } from '../../test/requests.ts';
import type { MadeImage } from '../../test/some-images.ts';
import { ObjectSweeper } from './object-sweeper.ts';

describe('images that servers keep', () => {
  let catalog: CatalogUnderTest;
  let held: HeldImages;
  let [one, two, three] = ['', '', ''];

  beforeAll(async () => {
    catalog = await startCatalog();
    held = new HeldImages(catalog);
  });
  afterAll(() => catalog.close());
  beforeEach(() => {
    [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
  });

  function remove({ image_id, owner }: MadeImage): Promise<unknown> {
    return catalog.ask(DeleteImage, { image_id, region: REGION }, owner);
  }

  async function isUntouched(image: StoredImage): Promise<void> {
    await catalog.app.get(ObjectSweeper).sweep();
    expect(await held.stateOf(image)).toBe('sealed');
    expect(await held.bytesOf(image)).toEqual([image.key, indexKey(image.key)]);
  }

  describe('holding', () => {
    it('answers the image and where its disk is', async () => {
      const image = await held.make();
      const answer = await held.hold(image, [one]);
      expect(imageRecord.parse(answer.image)).toMatchObject({ id: image.image_id, status: 'active' });
      expect(heldObject.parse(answer.object)).toEqual({
        object_id: image.object_id,
        key: image.key,
        disk_format: 'qcow2',
        size: '4',
        virtual_size: '10737418240',
        index_hash: 'c'.repeat(64),
        layers: [],
      });
    });

    it('is done once per server, however often and however much at once it is asked for', async () => {
      const image = await held.make();
      const asked = [[one], [one, two], [two, one, one], [three, two]].map((servers) => held.hold(image, servers));
      const answers = await Promise.all(asked);
      expect(new Set(answers.map(({ object }) => object.object_id))).toEqual(new Set([image.object_id]));
      expect(await held.holdersOf(image)).toEqual(new Set([one, two, three]));
      expect(await held.release([one, two, three], image.object_id)).toBe(3);
    });

    it('is for who may use the image: its owner, everybody when it is public, and operators', async () => {
      const image = await held.make();
      const stranger = tenant(randomUUID());
      await expect(held.hold(image, [one], stranger)).rejects.toMatchObject({ code: 'image.not_found' });
      const reader = tenant(image.owner.project_id, ['reader']);
      await expect(held.hold(image, [one], reader)).rejects.toMatchObject({ code: 'auth.forbidden' });
      await held.hold(image, [one], operator());
      await catalog.db.query(`UPDATE catalog.images SET visibility = 'public' WHERE id = $1`, [image.image_id]);
      await held.hold(image, [two], stranger);
      expect(await held.holdersOf(image)).toEqual(new Set([one, two]));
    });

    it('finds no image that is not there, or is in another region', async () => {
      const image = await held.make();
      await expect(held.hold({ ...image, image_id: randomUUID() }, [one])).rejects.toMatchObject({
        code: 'image.not_found',
      });
      await catalog.db.query(`UPDATE catalog.images SET region = 'elsewhere' WHERE id = $1`, [image.image_id]);
      await expect(held.hold(image, [one])).rejects.toMatchObject({ code: 'image.not_found' });
    });

    it('is refused while there are no bytes to keep, and when there will be none', async () => {
      const image = await held.images.register();
      await expect(held.hold(image, [one])).rejects.toMatchObject({ code: 'image.not_active' });
      await held.images.allocate(image);
      await expect(held.hold(image, [one])).rejects.toMatchObject({
        code: 'image.not_active',
        details: { status: 'importing' },
      });
      await catalog.publish(ImageImportFailedV1, image.image_id, failedData(image.image_id, image.job_id));
      await eventually(() =>
        expect(held.hold(image, [one])).rejects.toMatchObject({
          code: 'image.not_active',
          details: { status: 'killed' },
        }),
      );
    });

    it('is refused for a deactivated image, to operators too; what is held stays held', async () => {
      const image = await held.make();
      await held.hold(image, [one]);
      await catalog.ask(DeactivateImage, { image_id: image.image_id, region: REGION }, operator());
      for (const context of [image.owner, operator()]) {
        await expect(held.hold(image, [two], context)).rejects.toMatchObject({ code: 'image.deactivated' });
      }
      expect(await held.holdersOf(image)).toEqual(new Set([one]));
    });

    it.each(['raw', 'iso'])('takes an uploaded file as it came, if it is a disk: %s', async (disk_format) => {
      const owner = tenant(randomUUID());
      const request = { ...registration({ disk_format: disk_format as 'raw' | 'iso' }), job_id: null };
      const { image_id } = request;
      await catalog.ask(RegisterImage, request, owner);
      const session = { image_id, upload_session_id: randomUUID() };
      const object = await catalog.ask(BeginUpload, { ...session, region: REGION }, owner);
      const stored = { ...storedObject(object), disk_format, index_hash: null };
      await catalog.publish(ImageUploadedV1, image_id, { ...session, object: stored });
      const image = { image_id, job_id: '', owner };
      const answer = await eventually(async () => {
        const asked = await held.hold(image, [one]).catch((error: unknown) => error);
        expect(asked).not.toMatchObject({ code: 'image.not_active' });
        return asked;
      });
      expect(answer).toMatchObject(
        disk_format === 'raw'
          ? { object: { key: object.key, disk_format, index_hash: null } }
          : { code: 'server.image_unusable' },
      );
    });

    it('keeps nothing for who has given up', async () => {
      const image = await held.make();
      const holder = catalog.db.createQueryRunner();
      await holder.startTransaction();
      await holder.query('SELECT 1 FROM catalog.images WHERE id = $1 FOR UPDATE', [image.image_id]);
      const request = { image_id: image.image_id, region: REGION, disk_ids: [one] };
      const asked = expect(catalog.ask(HoldImage, request, image.owner, 1500)).rejects.toMatchObject({
        code: 'request.timeout',
      });
      const pids = await waitingForLocks(1);
      await asked;
      await holder.rollbackTransaction();
      await holder.release();
      await eventually(async () => {
        const busy = 'SELECT 1 FROM pg_stat_activity WHERE pid = ANY ($1::integer[]) AND xact_start IS NOT NULL';
        expect(await catalog.db.query(busy, [pids])).toEqual([]);
      });
      expect(await held.holdersOf(image)).toEqual(new Set());
    });
  });

  describe('a deleted image', () => {
    it('is gone for everybody, but its bytes stay until the last server lets go of them', async () => {
      const image = await held.make();
      await held.hold(image, [one, two]);
      await remove(image);
      await isUntouched(image);
      expect(await catalog.store.read(image.key, { offset: 0, length: 4 })).toEqual(Buffer.from('data'));
      await expect(held.hold(image, [three])).rejects.toMatchObject({ code: 'image.not_found' });
      const located = catalog.ask(LocateImageFile, { image_id: image.image_id, region: REGION }, image.owner);
      await expect(located).rejects.toMatchObject({ code: 'image.not_found' });
      expect((await catalog.wrongObjects()).map(({ subject }) => subject)).not.toContain(image.key);
      expect(await held.release([one])).toBe(1);
      await isUntouched(image);
      expect(await held.release([two])).toBe(1);
      await held.swept(image);
    });

    it('is missed by the reconciler when the bytes a server keeps are gone', async () => {
      const image = await held.make();
      await held.hold(image, [one]);
      await remove(image);
      await catalog.store.deleteMany([indexKey(image.key)]);
      expect(await catalog.wrongObjects()).toContainEqual(
        expect.objectContaining({ subject: indexKey(image.key), problem: 'object_missing' }),
      );
      await held.release([one]);
      await held.swept(image);
    });
  });

  describe('letting go', () => {
    it('leaves the bytes of a live image alone', async () => {
      const image = await held.make();
      await held.hold(image, [one]);
      expect(await held.release([one])).toBe(1);
      await isUntouched(image);
    });

    it('is of one object or of all, and of what is not held it is nothing', async () => {
      const server = randomUUID();
      const [before, after, others] = [await held.make(), await held.make(), await held.make()];
      for (const image of [before, after]) await held.hold(image, [server]);
      await held.hold(others, [randomUUID()]);
      for (const image of [before, after, others]) await remove(image);
      expect(await held.release([server], before.object_id)).toBe(1);
      await held.swept(before);
      await isUntouched(after);
      expect(await held.release([server], before.object_id)).toBe(0);
      expect(await held.release([server, randomUUID()])).toBe(1);
      await held.swept(after);
      expect(await held.release([server])).toBe(0);
      await isUntouched(others);
    });

    it('is for services', async () => {
      const image = await held.make();
      await held.hold(image, [one]);
      for (const context of [image.owner, operator()]) {
        const asked = catalog.ask(ReleaseHolds, { disk_ids: [one], object_id: null }, context);
        await expect(asked).rejects.toMatchObject({ code: 'auth.forbidden' });
      }
      expect(await held.holdersOf(image)).toEqual(new Set([one]));
    });
  });

  /** The backends that wait for a lock, when they are so many. */
  function waitingForLocks(many: number): Promise<readonly number[]> {
    return eventually(async () => {
      const waiting: { pid: number }[] = await catalog.db.query(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waiting).toHaveLength(many);
      return waiting.map(({ pid }) => pid);
    });
  }
});
