import { randomUUID } from 'node:crypto';
import {
  ImageDeletedV1,
  ImageFailedV1,
  ImageRegisteredV1,
  QuotaReservedV1,
  ReserveImage,
  type ResponseOf,
  ShowQuotas,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deletedData, failedData, imageRecord, registeredData, type SomeImage } from '../../test/images.ts';
import { catalogFor, type QuotaUnderTest, REGIONS, startQuota, tenant } from '../../test/quota-under-test.ts';

const [REGION, OTHER_REGION] = REGIONS;

describe('places in the quota', () => {
  let quota: QuotaUnderTest;

  beforeAll(async () => {
    quota = await startQuota();
  }, 120_000);
  afterAll(() => quota.close());

  function someImage(project_id: string = randomUUID(), region: string = REGION): SomeImage {
    return { image_id: randomUUID(), project_id, region };
  }

  function reserve(image: SomeImage, context = catalogFor(image.project_id)): Promise<ResponseOf<typeof ReserveImage>> {
    return quota.ask(ReserveImage, image, context);
  }

  async function reserveAll(count: number, project: string): Promise<readonly SomeImage[]> {
    const images = Array.from({ length: count }, () => someImage(project));
    for (const image of images) await reserve(image);
    return images;
  }

  async function used({ project_id, region }: Omit<SomeImage, 'image_id'>): Promise<number | undefined> {
    const { quotas } = await quota.ask(ShowQuotas, { project_id, region }, tenant(project_id));
    return quotas[0]?.used;
  }

  const registered = (image: SomeImage): Promise<string> =>
    quota.publish(ImageRegisteredV1, image.image_id, registeredData(image));
  const failed = (image: SomeImage): Promise<string> => quota.publish(ImageFailedV1, image.image_id, failedData(image));
  const deleted = (image: SomeImage): Promise<string> =>
    quota.publish(ImageDeletedV1, image.image_id, deletedData(image));

  /** The time a reservation may be used is over; the time its place is kept is, too, when it lapses. */
  async function passTime(image: SomeImage, what: 'expires' | 'lapses'): Promise<void> {
    await quota.db.query(
      `UPDATE quota.reservations SET expires_at = now() - interval '1 second',
         sweep_at = CASE WHEN $2 THEN now() ELSE sweep_at END
       WHERE image_id = $1 AND state = 'reserved'`,
      [image.image_id, what === 'lapses'],
    );
  }

  async function told(image: SomeImage, ...types: readonly string[]): Promise<void> {
    await eventually(() => {
      expect(quota.recorder.typesAbout(image.image_id)).toEqual(types);
    });
  }

  describe('reserving', () => {
    it('takes a place, answers the figures and until when it holds, and tells of it', async () => {
      const image = someImage();
      const context = catalogFor(image.project_id);
      const before = Date.now();
      const { expires_at, figures } = await reserve(image, context);
      const { project_id, region } = image;
      expect(figures).toEqual({ project_id, region, resource: 'images', limit: 10, used: 1 });
      expect(Date.parse(expires_at)).toBeGreaterThan(before);
      await told(image, 'QuotaReserved');
      const [event] = quota.recorder.about(image.image_id);
      expect(event).toMatchObject({
        projectid: project_id,
        region,
        audience: project_id,
        correlationid: context.correlation_id,
      });
      expect(QuotaReservedV1.data.parse(event?.data)).toEqual({ ...figures, image_id: image.image_id });
    });

    it('answers the same for the same image, however often and however much at once it is asked', async () => {
      const image = someImage();
      const answers = await Promise.all(Array.from({ length: 12 }, () => reserve(image)));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      await quota.applied(await registered(image));
      expect(await reserve(image)).toEqual(answers[0]);
      expect(await used(image)).toBe(1);
      await told(image, 'QuotaReserved');
    });

    it('refuses the eleventh image at once, with the figures, and tells of that too', async () => {
      const project = randomUUID();
      await reserveAll(10, project);
      const eleventh = someImage(project);
      const figures = { project_id: project, region: REGION, resource: 'images', limit: 10, used: 10 };
      await expect(reserve(eleventh)).rejects.toMatchObject({
        code: 'quota.images_exceeded',
        message: expect.stringContaining('10 of 10'),
        details: figures,
      });
      await told(eleventh, 'QuotaRefused');
      expect(quota.recorder.about(eleventh.image_id)[0]?.data).toEqual({ ...figures, image_id: eleventh.image_id });
      expect(await used(eleventh)).toBe(10);
    });

    it('gives the last place to exactly one of 60 who ask two replicas for it at the same time', async () => {
      const project = randomUUID();
      await reserveAll(9, project);
      const racers = Array.from({ length: 60 }, () => someImage(project));
      const outcomes = await Promise.allSettled(racers.map((racer) => reserve(racer)));
      const losers = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(losers).toHaveLength(59);
      for (const { reason } of losers) {
        expect(reason).toMatchObject({ code: 'quota.images_exceeded', details: { limit: 10, used: 10 } });
      }
      expect(await used({ project_id: project, region: REGION })).toBe(10);
      const types = await eventually(() => {
        const all = racers.flatMap(({ image_id }) => quota.recorder.typesAbout(image_id));
        expect(all).toHaveLength(60);
        return all;
      });
      expect(types.filter((type) => type === 'QuotaReserved')).toHaveLength(1);
    });

    it('lets no more than ten in when 60 begin from nothing', async () => {
      const project = randomUUID();
      const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => reserve(someImage(project))));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
      expect(await used({ project_id: project, region: REGION })).toBe(10);
    });

    it('counts each region and each project by itself', async () => {
      const project = randomUUID();
      await reserveAll(10, project);
      expect((await reserve(someImage(project, OTHER_REGION))).figures.used).toBe(1);
      expect((await reserve(someImage())).figures.used).toBe(1);
    });

    it('follows a limit of its own', async () => {
      const project = randomUUID();
      await reserveAll(2, project);
      await quota.db.query('UPDATE quota.limits SET maximum = 2 WHERE project_id = $1', [project]);
      await expect(reserve(someImage(project))).rejects.toMatchObject({ details: { limit: 2, used: 2 } });
      await quota.db.query('UPDATE quota.limits SET maximum = 3 WHERE project_id = $1', [project]);
      expect((await reserve(someImage(project))).figures).toMatchObject({ limit: 3, used: 3 });
    });

    it('is for services, and for the project they act for', async () => {
      const image = someImage();
      const others: RequestContext[] = [
        tenant(image.project_id),
        tenant(image.project_id, ['admin', 'member', 'reader']),
        catalogFor(randomUUID()),
      ];
      for (const context of others) {
        await expect(reserve(image, context)).rejects.toMatchObject({ code: 'auth.forbidden' });
      }
      expect(await used(image)).toBe(0);
    });

    it('refuses an id that another project or region holds, and one whose image is gone', async () => {
      const image = someImage();
      await reserve(image);
      const strangers = [someImage(), { ...image, region: OTHER_REGION }];
      for (const stranger of strangers) {
        await expect(reserve({ ...stranger, image_id: image.image_id })).rejects.toMatchObject({
          code: 'image.exists',
        });
        expect(await used(stranger)).toBe(0);
      }
      await quota.applied(await deleted(image));
      await expect(reserve(image)).rejects.toMatchObject({ code: 'image.exists' });
      expect(await used(image)).toBe(0);
    });

    it('takes nothing when its process dies before the commit, and can be asked again', async () => {
      const image = someImage();
      const { project_id, region } = image;
      await reserve(someImage(project_id));
      const holder = quota.db.createQueryRunner();
      await holder.startTransaction();
      await holder.query('SELECT 1 FROM quota.limits WHERE project_id = $1 AND region = $2 FOR UPDATE', [
        project_id,
        region,
      ]);
      const asked = reserve(image);
      asked.catch(() => undefined);
      await eventually(async () => {
        const cut: unknown[] = await quota.db.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'imago-quota' AND wait_event_type = 'Lock'`,
        );
        expect(cut).toHaveLength(1);
      });
      await holder.rollbackTransaction();
      await holder.release();
      await expect(asked).rejects.toMatchObject({ code: 'internal' });
      expect(await used(image)).toBe(1);
      expect((await reserve(image)).figures.used).toBe(2);
    });
  });

  describe('the time of a reservation', () => {
    it('ends: a place nobody confirmed is free again, which is told once, as part of the same story', async () => {
      const image = someImage();
      const context = catalogFor(image.project_id);
      await reserve(image, context);
      await passTime(image, 'lapses');
      await told(image, 'QuotaReserved', 'QuotaReleased');
      expect(await used(image)).toBe(0);
      expect(quota.recorder.about(image.image_id)[1]).toMatchObject({
        correlationid: context.correlation_id,
        audience: image.project_id,
        data: { used: 0, limit: 10 },
      });
    });

    it('keeps the place a while after it ended, for the event to come, and runs anew when asked again', async () => {
      const image = someImage();
      const first = await reserve(image);
      await passTime(image, 'expires');
      expect(await used(image)).toBe(1);
      const again = await reserve(image);
      expect(again.figures).toEqual(first.figures);
      expect(Date.parse(again.expires_at)).toBeGreaterThan(Date.now());
      await passTime(image, 'expires');
      await quota.applied(await registered(image));
      await told(image, 'QuotaReserved');
      expect(await used(image)).toBe(1);
    });

    it('does not end for a confirmed image', async () => {
      const image = someImage();
      await reserve(image);
      await quota.applied(await registered(image));
      await quota.db.query(`UPDATE quota.reservations SET expires_at = now() - interval '1 day' WHERE image_id = $1`, [
        image.image_id,
      ]);
      await passTime(image, 'lapses');
      await reserveAll(1, image.project_id);
      expect(await used(image)).toBe(2);
      await told(image, 'QuotaReserved');
    });
  });

  describe('what catalog tells', () => {
    it('confirms, and frees exactly once however it ends and however often that is told', async () => {
      const image = someImage();
      await reserve(image);
      const first = await registered(image);
      await quota.applied(first);
      const ends = [await failed(image), await deleted(image), await deleted(image), await failed(image)];
      await quota.applied(...ends);
      for (const again of [first, ...ends]) await quota.sendAgain(again);
      await quota.applied(await registered(image));
      await told(image, 'QuotaReserved', 'QuotaReleased');
      expect(await used(image)).toBe(0);
    });

    it.each([
      ['registered', 'failed', 'deleted'],
      ['registered', 'deleted', 'failed'],
      ['failed', 'registered', 'deleted'],
      ['failed', 'deleted', 'registered'],
      ['deleted', 'registered', 'failed'],
      ['deleted', 'failed', 'registered'],
    ] as const)('leaks nothing in the order %s, %s, %s, with and without a reservation', async (...order) => {
      const tell = { registered, failed, deleted };
      const project = randomUUID();
      const [withPlace, without] = [someImage(project), someImage(project)];
      await reserve(withPlace);
      for (const what of order) await quota.applied(await tell[what](withPlace), await tell[what](without));
      expect(await used(withPlace)).toBe(0);
      await told(withPlace, 'QuotaReserved', 'QuotaReleased');
      const types = quota.recorder.typesAbout(without.image_id);
      expect(types).toEqual(order[0] === 'registered' ? ['QuotaReserved', 'QuotaReleased'] : []);
    });

    it('is right: an image it has is counted although its place had lapsed and no other is left', async () => {
      const project = randomUUID();
      const late = someImage(project);
      await reserve(late);
      await passTime(late, 'lapses');
      await told(late, 'QuotaReserved', 'QuotaReleased');
      await reserveAll(10, project);
      await quota.applied(await registered(late));
      await told(late, 'QuotaReserved', 'QuotaReleased', 'QuotaReserved');
      expect(await used(late)).toBe(11);
      await expect(reserve(someImage(project))).rejects.toMatchObject({ details: { limit: 10, used: 11 } });
    });

    it('is right about whose the image is: who else reserved under its id gets the place back', async () => {
      const mine = someImage();
      const theirs = { ...someImage(), image_id: mine.image_id };
      await reserve(theirs);
      await quota.applied(await registered(mine));
      expect([await used(mine), await used(theirs)]).toEqual([1, 0]);
      await told(mine, 'QuotaReserved', 'QuotaReleased', 'QuotaReserved');
      expect(quota.recorder.about(mine.image_id).map(({ audience }) => audience)).toEqual([
        theirs.project_id,
        theirs.project_id,
        mine.project_id,
      ]);
      await quota.applied(await deleted(mine));
      expect([await used(mine), await used(theirs)]).toEqual([0, 0]);
    });

    it('takes no place for a public image', async () => {
      const image = someImage();
      const data = { image: imageRecord(image, { visibility: 'public' }) };
      await quota.applied(await quota.publish(ImageRegisteredV1, image.image_id, data));
      expect(await used(image)).toBe(0);
      await quota.applied(await deleted(image));
      await told(image);
    });
  });
});
