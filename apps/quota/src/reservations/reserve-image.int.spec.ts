import { randomUUID } from 'node:crypto';
import { ConfirmQuotaApplied, DomainError, PreviewReservation, QuotaReservedV1 } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogFor, type QuotaUnderTest, REGIONS, startQuota, tenant } from '../../test/quota-under-test.ts';
import { someImage, SomePlaces } from '../../test/some-places.ts';

const [REGION, OTHER_REGION] = REGIONS;

describe('reserving a place', () => {
  let quota: QuotaUnderTest;
  let places: SomePlaces;

  beforeAll(async () => {
    quota = await startQuota();
    places = new SomePlaces(quota);
  });
  afterAll(() => quota.close());

  it('takes a place, answers the figures and until when it holds, and tells of it', async () => {
    const image = someImage();
    const context = catalogFor(image.project_id);
    const before = Date.now();
    const { expires_at, figures } = await places.reserve(image, context);
    const { project_id, region } = image;
    expect(figures).toEqual({ project_id, region, resource: 'images', limit: 10, used: 1 });
    expect(Date.parse(expires_at)).toBeGreaterThan(before);
    await places.told(image, 'QuotaReserved');
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
    const answers = await Promise.all(Array.from({ length: 12 }, () => places.reserve(image)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await places.tell('registered', image);
    expect(await places.reserve(image)).toEqual(answers[0]);
    expect(await places.used(image)).toBe(1);
    await places.told(image, 'QuotaReserved');
  });

  it('finds the place of a deleted image free as soon as quota confirms that it applied the deletion', async () => {
    const project = randomUUID();
    const images = Array.from({ length: 10 }, () => someImage(project));
    for (const image of images) await places.reserve(image);
    for (let turn = 0; turn < 5; turn++) {
      const last = images.pop() ?? someImage(project);
      const deleted = await places.publish('deleted', last);
      const wanted = { event_ids: [deleted], wait_ms: 2000 };
      expect(await quota.ask(ConfirmQuotaApplied, wanted, tenant(project))).toEqual({ applied: true });
      images.push(someImage(project));
      await places.reserve(images[9] ?? last);
    }
  });

  it('says beforehand what it would answer, in the words of the refusal, and takes nothing', async () => {
    const project_id = randomUUID();
    const preview = (storage_gib: number, context = catalogFor(project_id)) =>
      quota.ask(PreviewReservation, { project_id, region: REGION, storage_gib }, context);
    await expect(preview(1, tenant(project_id))).rejects.toMatchObject({ code: 'auth.forbidden' });
    const { figures, refusals } = await preview(1);
    expect({ refusals, used: figures.map(({ used }) => used) }).toEqual({ refusals: [], used: [0, 0] });
    await places.reserveAll(10, project_id);
    const tooMuch = 10_000_000;
    const full = await preview(tooMuch);
    expect(full.refusals.map(({ code }) => code)).toEqual(['quota.images_exceeded', 'quota.storage_exceeded']);
    const said = async (change: object) => {
      const error: unknown = await places
        .reserve({ ...someImage(project_id), ...change })
        .catch((thrown: unknown) => thrown);
      return error instanceof DomainError ? error.toDocument() : error;
    };
    expect(full.refusals).toEqual([await said({}), await said({ storage_gib: tooMuch })]);
    expect(await places.used({ project_id, region: REGION })).toBe(10);
  });

  it('does not count the storage that an image has reserved against what is to become of it', async () => {
    const image = { ...someImage(randomUUID()), storage_gib: 7 };
    await places.reserve(image);
    const preview = (counted_apart: string | null) =>
      quota.ask(
        PreviewReservation,
        { project_id: image.project_id, region: REGION, storage_gib: 0, counted_apart },
        catalogFor(image.project_id),
      );
    const storageIn = ({ figures }: Awaited<ReturnType<typeof preview>>) =>
      figures.find(({ resource }) => resource === 'storage_gib')?.used;
    expect([storageIn(await preview(null)), storageIn(await preview(image.image_id))]).toEqual([7, 0]);
  });

  it('refuses the eleventh image at once, with the figures, and tells of that too', async () => {
    const project = randomUUID();
    await places.reserveAll(10, project);
    const eleventh = someImage(project);
    const figures = { project_id: project, region: REGION, resource: 'images', limit: 10, used: 10 };
    await expect(places.reserve(eleventh)).rejects.toMatchObject({
      code: 'quota.images_exceeded',
      message: expect.stringContaining('10 of 10'),
      details: figures,
    });
    await places.told(eleventh, 'QuotaRefused');
    expect(quota.recorder.about(eleventh.image_id)[0]?.data).toEqual({ ...figures, image_id: eleventh.image_id });
    expect(await places.used(eleventh)).toBe(10);
  });

  it('gives the last place to exactly one of 60 who ask two replicas for it at the same time', async () => {
    const project = randomUUID();
    await places.reserveAll(9, project);
    const racers = Array.from({ length: 60 }, () => someImage(project));
    const outcomes = await Promise.allSettled(racers.map((racer) => places.reserve(racer)));
    const losers = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(losers).toHaveLength(59);
    for (const { reason } of losers) {
      expect(reason).toMatchObject({ code: 'quota.images_exceeded', details: { limit: 10, used: 10 } });
    }
    expect(await places.used({ project_id: project, region: REGION })).toBe(10);
    const types = await eventually(() => {
      const all = racers.flatMap(({ image_id }) => quota.recorder.typesAbout(image_id));
      expect(all).toHaveLength(60);
      return all;
    });
    expect(types.filter((type) => type === 'QuotaReserved')).toHaveLength(1);
  });

  it('lets no more than ten in when 60 begin from nothing', async () => {
    const project = randomUUID();
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => places.reserve(someImage(project))));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(await places.used({ project_id: project, region: REGION })).toBe(10);
  });

  it('counts each region and each project by itself', async () => {
    const project = randomUUID();
    await places.reserveAll(10, project);
    expect((await places.reserve(someImage(project, OTHER_REGION))).figures.used).toBe(1);
    expect((await places.reserve(someImage())).figures.used).toBe(1);
  });

  it('follows a limit of its own', async () => {
    const project = randomUUID();
    await places.reserveAll(2, project);
    await quota.db.query('UPDATE quota.limits SET maximum = 2 WHERE project_id = $1', [project]);
    await expect(places.reserve(someImage(project))).rejects.toMatchObject({ details: { limit: 2, used: 2 } });
    await quota.db.query('UPDATE quota.limits SET maximum = 3 WHERE project_id = $1', [project]);
    expect((await places.reserve(someImage(project))).figures).toMatchObject({ limit: 3, used: 3 });
  });

  it('is for services, and for the project they act for', async () => {
    const image = someImage();
    const others: RequestContext[] = [
      tenant(image.project_id),
      tenant(image.project_id, ['admin', 'member', 'reader']),
      catalogFor(randomUUID()),
    ];
    for (const context of others) {
      await expect(places.reserve(image, context)).rejects.toMatchObject({ code: 'auth.forbidden' });
    }
    expect(await places.used(image)).toBe(0);
  });

  it('refuses an id that another project or region holds, and one whose image is gone', async () => {
    const image = someImage();
    await places.reserve(image);
    const strangers = [someImage(), { ...image, region: OTHER_REGION }];
    for (const stranger of strangers) {
      await expect(places.reserve({ ...stranger, image_id: image.image_id })).rejects.toMatchObject({
        code: 'image.exists',
      });
      expect(await places.used(stranger)).toBe(0);
    }
    await places.tell('deleted', image);
    await expect(places.reserve(image)).rejects.toMatchObject({ code: 'image.exists' });
    expect(await places.used(image)).toBe(0);
  });

  it('takes nothing when its process dies before the commit, and can be asked again', async () => {
    const image = someImage();
    const { project_id, region } = image;
    await places.reserve(someImage(project_id));
    const holder = quota.db.createQueryRunner();
    await holder.startTransaction();
    await holder.query('SELECT 1 FROM quota.limits WHERE project_id = $1 AND region = $2 FOR UPDATE', [
      project_id,
      region,
    ]);
    const asked = places.reserve(image);
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
    expect(await places.used(image)).toBe(1);
    expect((await places.reserve(image)).figures.used).toBe(2);
  });
});
