import { randomUUID } from 'node:crypto';
import { ImageUpdatedV1, ReserveImage } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageRecord } from '../../test/images.ts';
import { catalogFor, type QuotaUnderTest, startQuota } from '../../test/quota-under-test.ts';
import { someImage, SomePlaces } from '../../test/some-places.ts';

describe('reserved places', () => {
  let quota: QuotaUnderTest;
  let places: SomePlaces;

  beforeAll(async () => {
    quota = await startQuota();
    places = new SomePlaces(quota);
  });
  afterAll(() => quota.close());

  describe('the time of a reservation', () => {
    it('ends: a place nobody confirmed is free again, which is told once, as part of the same story', async () => {
      const image = someImage();
      const context = catalogFor(image.project_id);
      await places.reserve(image, context);
      await places.passTime(image, 'lapses');
      await places.told(image, 'QuotaReserved', 'QuotaReleased');
      expect(await places.used(image)).toBe(0);
      expect(quota.recorder.about(image.image_id)[1]).toMatchObject({
        correlationid: context.correlation_id,
        audience: image.project_id,
        data: { used: 0, limit: 10 },
      });
    });

    it('keeps the place a while after it ended, for the event to come, and runs anew when asked again', async () => {
      const image = someImage();
      const first = await places.reserve(image);
      await places.passTime(image, 'expires');
      expect(await places.used(image)).toBe(1);
      const again = await places.reserve(image);
      expect(again.figures).toEqual(first.figures);
      expect(Date.parse(again.expires_at)).toBeGreaterThan(Date.now());
      await places.passTime(image, 'expires');
      await places.tell('registered', image);
      await places.told(image, 'QuotaReserved');
      expect(await places.used(image)).toBe(1);
    });

    it('does not end for a confirmed image', async () => {
      const image = someImage();
      await places.reserve(image);
      await places.tell('registered', image);
      await quota.db.query(`UPDATE quota.reservations SET expires_at = now() - interval '1 day' WHERE image_id = $1`, [
        image.image_id,
      ]);
      await places.passTime(image, 'lapses');
      await places.reserveAll(1, image.project_id);
      expect(await places.used(image)).toBe(2);
      await places.told(image, 'QuotaReserved');
    });
  });

  describe('what catalog tells', () => {
    it('confirms, and frees exactly once however it ends and however often that is told', async () => {
      const image = someImage();
      await places.reserve(image);
      const first = await places.publish('registered', image);
      await quota.applied(first);
      const ends = [
        await places.publish('failed', image),
        await places.publish('deleted', image),
        await places.publish('deleted', image),
        await places.publish('failed', image),
      ];
      await quota.applied(...ends);
      for (const again of [first, ...ends]) await quota.sendAgain(again);
      await places.tell('registered', image);
      await places.told(image, 'QuotaReserved', 'QuotaReleased');
      expect(await places.used(image)).toBe(0);
    });

    it.each([
      ['registered', 'failed', 'deleted'],
      ['registered', 'deleted', 'failed'],
      ['failed', 'registered', 'deleted'],
      ['failed', 'deleted', 'registered'],
      ['deleted', 'registered', 'failed'],
      ['deleted', 'failed', 'registered'],
    ] as const)('leaks nothing in the order %s, %s, %s, with and without a reservation', async (...order) => {
      const project = randomUUID();
      const [withPlace, without] = [someImage(project), someImage(project)];
      await places.reserve(withPlace);
      for (const what of order) {
        await quota.applied(await places.publish(what, withPlace), await places.publish(what, without));
      }
      expect(await places.used(withPlace)).toBe(0);
      await places.told(withPlace, 'QuotaReserved', 'QuotaReleased');
      await places.told(without, ...(order[0] === 'registered' ? ['QuotaReserved', 'QuotaReleased'] : []));
    });

    it('is right: an image it has is counted although its place had lapsed and no other is left', async () => {
      const project = randomUUID();
      const late = someImage(project);
      await places.reserve(late);
      await places.passTime(late, 'lapses');
      await places.told(late, 'QuotaReserved', 'QuotaReleased');
      await places.reserveAll(10, project);
      await places.tell('registered', late);
      await places.told(late, 'QuotaReserved', 'QuotaReleased', 'QuotaReserved');
      expect(await places.used(late)).toBe(11);
      await expect(places.reserve(someImage(project))).rejects.toMatchObject({ details: { limit: 10, used: 11 } });
    });

    it('is right about whose the image is: who else reserved under its id gets the place back', async () => {
      const mine = someImage();
      const theirs = { ...someImage(), image_id: mine.image_id };
      await places.reserve(theirs);
      await places.tell('registered', mine);
      expect([await places.used(mine), await places.used(theirs)]).toEqual([1, 0]);
      await places.told(mine, 'QuotaReserved', 'QuotaReleased', 'QuotaReserved');
      expect(quota.recorder.about(mine.image_id).map(({ audience }) => audience)).toEqual([
        theirs.project_id,
        theirs.project_id,
        mine.project_id,
      ]);
      await places.tell('deleted', mine);
      expect([await places.used(mine), await places.used(theirs)]).toEqual([0, 0]);
    });

    it('of an image that becomes public frees its place, and of one that is public no more takes one', async () => {
      const image = someImage();
      const tell = async (visibility: 'public' | 'private', version: number): Promise<void> => {
        const data = { image: imageRecord(image, { visibility, version, status: 'active' }), changed: ['visibility'] };
        await quota.applied(await quota.publish(ImageUpdatedV1, image.image_id, data));
      };
      await places.tell('registered', image);
      await tell('public', 4);
      expect(await places.used(image)).toBe(0);
      await tell('private', 3); // older, and late
      expect(await places.used(image)).toBe(0);
      await tell('private', 5);
      expect(await places.used(image)).toBe(1);
      await places.tell('deleted', image);
      await places.told(image, 'QuotaReserved', 'QuotaReleased', 'QuotaReserved', 'QuotaReleased');
    });

    it('of an image that is given away moves its place with it', async () => {
      const image = someImage();
      const heir = { ...image, project_id: `p-${randomUUID()}` };
      await places.tell('registered', image);
      const data = { image: imageRecord(heir, { version: 2, status: 'active' }), changed: ['owner'] };
      await quota.applied(await quota.publish(ImageUpdatedV1, image.image_id, data));
      expect([await places.used(image), await places.used(heir)]).toEqual([0, 1]);
    });
  });

  it('are refused where the storage is used up, with the figures, and the world is told before that', async () => {
    const image = someImage();
    const reserve = (storage_gib: number, asked = someImage(image.project_id)): Promise<unknown> =>
      quota.ask(ReserveImage, { ...asked, storage_gib }, catalogFor(image.project_id));
    await reserve(16_384);
    await reserve(4000);
    await expect(reserve(97)).rejects.toMatchObject({
      code: 'quota.storage_exceeded',
      details: { limit: 20_480, used: 20_384, requested: 97 },
    });
    await reserve(96);
    await eventually(() => {
      const told = quota.recorder.about(image.project_id).map(({ type, data }) => [type, data]);
      expect(told).toEqual([['QuotaThresholdReached', expect.objectContaining({ used: 16_384, percent: 80 })]]);
    });
  });
});
