import { randomUUID } from 'node:crypto';
import { AbandonImage, DeleteImage, imageRecord, PreviewRegistration, RegisterImage } from '@imago/contracts';
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
import { registration } from '../../test/requests.ts';
import { type MadeImage, SomeImages } from '../../test/some-images.ts';

describe('registering images', () => {
  let catalog: CatalogUnderTest;
  let images: SomeImages;

  beforeAll(async () => {
    catalog = await startCatalog();
    images = new SomeImages(catalog);
  });
  afterAll(() => catalog.close());

  describe('registering', () => {
    it('answers the queued record, reserves its place and tells of it once', async () => {
      const owner = tenant(randomUUID());
      const request = registration();
      const { image, event_ids } = await catalog.ask(RegisterImage, request, owner);
      expect(imageRecord.parse(image)).toMatchObject({
        id: request.image_id,
        owner: owner.project_id,
        status: 'queued',
        name: 'web',
        tags: ['a', 'b'],
        version: 1,
      });
      expect(catalog.quota.reserved).toContainEqual({
        image_id: request.image_id,
        project_id: owner.project_id,
        region: REGION,
        storage_gib: 10,
      });
      const event = await eventually(() => {
        const [first] = catalog.recorder.about(request.image_id);
        expect(first).toMatchObject({ type: 'ImageRegistered', id: event_ids[0], actor: owner.user_id });
        return first;
      });
      expect(event).toMatchObject({ audience: owner.project_id, correlationid: owner.correlation_id });
    });

    it('is done once, however often and however much at once it is asked for', async () => {
      const owner = tenant(randomUUID());
      const request = registration();
      const answers = await Promise.all(Array.from({ length: 8 }, () => catalog.ask(RegisterImage, request, owner)));
      expect(new Set(answers.map(({ image }) => JSON.stringify(image))).size).toBe(1);
      expect(answers.flatMap(({ event_ids }) => event_ids)).toHaveLength(1);
    });

    it('refuses a taken id to another project, and to the same one with other facts', async () => {
      const { image_id, job_id, owner } = await images.register();
      const same = registration({ image_id, job_id });
      await expect(catalog.ask(RegisterImage, same, tenant(randomUUID()))).rejects.toMatchObject({
        code: 'image.exists',
      });
      const other = registration({ image_id, job_id, facts: { ...same.facts, name: 'db' } });
      await expect(catalog.ask(RegisterImage, other, owner)).rejects.toMatchObject({ code: 'image.exists' });
      expect(await images.show(image_id, owner)).toMatchObject({ name: 'web', owner: owner.project_id });
    });

    it('says beforehand what it would refuse, all of it, and keeps and reserves nothing', async () => {
      const owner = tenant(randomUUID());
      const wanted = PreviewRegistration.request.parse(registration());
      const ask = (change: object = {}) => catalog.ask(PreviewRegistration, { ...wanted, ...change }, owner);
      const before = [catalog.quota.reserved.length, catalog.recorder.events.length];
      expect(await ask()).toMatchObject({
        refusals: [],
        figures: ['images', 'storage_gib'].map((resource) => ({ resource, project_id: owner.project_id })),
      });
      await expect(ask({ owner: randomUUID() })).rejects.toMatchObject({ code: 'auth.forbidden' });
      catalog.quota.limit = 0;
      try {
        const tags = Array.from({ length: 129 }, (_, tag) => `tag-${tag}`);
        const { refusals } = await ask({ facts: { ...wanted.facts, tags } });
        expect(refusals.map(({ code }) => code)).toEqual(['image.tags_exceeded', 'quota.storage_exceeded']);
      } finally {
        catalog.quota.limit = Infinity;
      }
      catalog.quota.named = 0;
      try {
        expect((await ask()).refusals).toMatchObject([
          { code: 'quota.images_exceeded', details: { limit: 0, used: 0 } },
        ]);
      } finally {
        catalog.quota.named = 1_000_000;
      }
      expect([catalog.quota.reserved.length, catalog.recorder.events.length]).toEqual(before);
    });

    it('passes the refusal of the quota on and keeps nothing', async () => {
      const owner = tenant(randomUUID());
      const request = registration();
      catalog.quota.limit = 0;
      try {
        await expect(catalog.ask(RegisterImage, request, owner)).rejects.toMatchObject({
          code: 'quota.images_exceeded',
          details: { limit: 0 },
        });
      } finally {
        catalog.quota.limit = Infinity;
      }
      await expect(images.show(request.image_id, owner)).rejects.toMatchObject({ code: 'image.not_found' });
    });

    it('keeps nothing when its place has expired meanwhile', async () => {
      const owner = tenant(randomUUID());
      const request = registration();
      catalog.quota.expiresInMs = -1;
      try {
        await expect(catalog.ask(RegisterImage, request, owner)).rejects.toMatchObject({
          code: 'quota.reservation_expired',
        });
      } finally {
        catalog.quota.expiresInMs = 60_000;
      }
      await expect(images.show(request.image_id, owner)).rejects.toMatchObject({ code: 'image.not_found' });
    });

    it('counts the images itself: none is one too many, also when the ledger has forgotten some and all race', async () => {
      const owner = tenant(randomUUID());
      catalog.quota.named = 3;
      try {
        const asked = Array.from({ length: 12 }, () => registration());
        const answers = await Promise.allSettled(asked.map((request) => catalog.ask(RegisterImage, request, owner)));
        const refused = answers.filter(({ status }) => status === 'rejected');
        expect(refused).toHaveLength(9);
        for (const answer of refused) {
          expect(answer).toMatchObject({ reason: { code: 'quota.images_exceeded', details: { limit: 3, used: 3 } } });
        }
        const first = asked[answers.findIndex(({ status }) => status === 'fulfilled')];
        await catalog.ask(DeleteImage, { image_id: first?.image_id ?? '', region: REGION }, owner);
        await catalog.ask(RegisterImage, registration(), owner);
        await expect(catalog.ask(RegisterImage, registration(), owner)).rejects.toMatchObject({
          code: 'quota.images_exceeded',
        });
      } finally {
        catalog.quota.named = 1_000_000;
      }
    });

    it('says how many images there are where the limit was lowered below that', async () => {
      const owner = tenant(randomUUID());
      for (const name of ['a', 'b', 'c']) {
        await catalog.ask(RegisterImage, registration({ facts: { ...registration().facts, name } }), owner);
      }
      catalog.quota.named = 2;
      try {
        await expect(catalog.ask(RegisterImage, registration(), owner)).rejects.toMatchObject({
          code: 'quota.images_exceeded',
          details: { limit: 2, used: 3 },
        });
      } finally {
        catalog.quota.named = 1_000_000;
      }
    });

    it('registers nothing for a caller that gave up while the quota was silent', async () => {
      const owner = tenant(randomUUID());
      const request = registration();
      const { promise, resolve } = Promise.withResolvers<undefined>();
      catalog.quota.silence = promise;
      try {
        await expect(catalog.ask(RegisterImage, request, owner, 300)).rejects.toMatchObject({
          code: 'request.timeout',
        });
      } finally {
        catalog.quota.silence = Promise.resolve();
        resolve(undefined);
      }
      const { event_ids } = await catalog.ask(RegisterImage, request, owner);
      expect(event_ids).toHaveLength(1);
    });

    it('keeps nothing when it dies between the reservation and its own row, and can be asked again', async () => {
      const owner = tenant(randomUUID());
      const request = registration();
      const asked = (): number => catalog.quota.reserved.filter(({ image_id }) => image_id === request.image_id).length;
      const holder = catalog.db.createQueryRunner();
      await holder.startTransaction();
      await holder.query('LOCK TABLE catalog.images IN EXCLUSIVE MODE');
      const dying = catalog.ask(RegisterImage, request, owner);
      dying.catch(() => undefined);
      await eventually(async () => {
        const cut: unknown[] = await catalog.db.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND usename = current_user AND wait_event_type = 'Lock'`,
        );
        expect(cut).toHaveLength(1);
      });
      await holder.rollbackTransaction();
      await holder.release();
      await expect(dying).rejects.toMatchObject({ code: 'internal' });
      expect(asked()).toBe(1);
      await expect(images.show(request.image_id, owner)).rejects.toMatchObject({ code: 'image.not_found' });
      const { image } = await catalog.ask(RegisterImage, request, owner);
      expect({ version: image.version, asked: asked() }).toEqual({ version: 1, asked: 2 });
    });

    it('is for members, in a region that exists, and never public at once', async () => {
      await expect(catalog.ask(RegisterImage, registration(), tenant(randomUUID(), ['reader']))).rejects.toMatchObject({
        code: 'auth.forbidden',
      });
      await expect(
        catalog.ask(RegisterImage, registration({ region: 'nowhere' }), tenant(randomUUID())),
      ).rejects.toMatchObject({ code: 'region.not_found' });
      await expect(
        catalog.ask(RegisterImage, registration({ visibility: 'public' }), tenant(randomUUID())),
      ).rejects.toMatchObject({ code: 'auth.forbidden' });
      const offered = registration({ visibility: 'public' });
      await expect(catalog.ask(RegisterImage, offered, operator())).rejects.toMatchObject({
        code: 'image.review_missing',
      });
      expect(catalog.quota.reserved.map(({ image_id }) => image_id)).not.toContain(offered.image_id);
    });
  });

  describe('taking back a registration', () => {
    const abandon = ({ image_id, owner }: MadeImage): Promise<{ abandoned: boolean }> =>
      catalog.ask(AbandonImage, { image_id, region: REGION, reason: 'test' }, worker(owner.project_id));

    it('removes the image and tells of it, once', async () => {
      const made = await images.register();
      expect(await abandon(made)).toEqual({ abandoned: true });
      expect(await abandon(made)).toEqual({ abandoned: true });
      await expect(images.show(made.image_id, made.owner)).rejects.toMatchObject({ code: 'image.not_found' });
      await images.settled(made);
      expect(catalog.recorder.typesAbout(made.image_id)).toEqual(['ImageRegistered', 'ImageDeleted']);
    });

    it('also holds for a registration that arrives after it', async () => {
      const owner = tenant(randomUUID());
      const request = registration();
      expect(await abandon({ ...request, owner })).toEqual({ abandoned: true });
      await expect(catalog.ask(RegisterImage, request, owner)).rejects.toMatchObject({ code: 'image.exists' });
      expect(catalog.quota.reserved.map(({ image_id }) => image_id)).not.toContain(request.image_id);
    });

    it("leaves an image alone that is already being made, or is another project's", async () => {
      const made = await images.register();
      expect(await abandon({ ...made, owner: tenant(randomUUID()) })).toEqual({ abandoned: false });
      await images.allocate(made);
      expect(await abandon(made)).toEqual({ abandoned: false });
      expect(await images.show(made.image_id, made.owner)).toMatchObject({ status: 'importing' });
    });

    it('is for services', async () => {
      const made = await images.register();
      await expect(
        catalog.ask(AbandonImage, { image_id: made.image_id, region: REGION, reason: 'x' }, made.owner),
      ).rejects.toMatchObject({ code: 'auth.forbidden' });
    });
  });
});
