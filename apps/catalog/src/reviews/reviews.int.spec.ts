import { randomUUID } from 'node:crypto';
import { GetImage, ListImageReviews, PublishImage, UpdateImage } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogUnderTest, operator, REGION, startCatalog, tenant } from '../../test/catalog-under-test.ts';
import { Publishing } from '../../test/publishing.ts';
import { SomeImages } from '../../test/some-images.ts';

describe('images for everybody', () => {
  let catalog: CatalogUnderTest;
  let images: SomeImages;
  let publishing: Publishing;

  beforeAll(async () => {
    catalog = await startCatalog();
    images = new SomeImages(catalog);
    publishing = new Publishing(catalog);
  });
  afterAll(() => catalog.close());

  function publish(image_id: string, as = operator()): Promise<unknown> {
    return catalog.ask(PublishImage, { image_id, region: REGION }, as);
  }

  it('are reviewed first, by operators alone, and the review is kept with who made it', async () => {
    const { image_id, owner } = await images.makeActive();
    await expect(publish(image_id)).rejects.toMatchObject({ code: 'image.review_missing' });
    await expect(publishing.review(image_id, {}, owner)).rejects.toMatchObject({ code: 'auth.forbidden' });
    await expect(publishing.review(image_id, {}, tenant(randomUUID()))).rejects.toMatchObject({
      code: 'image.not_found',
    });
    const review = await publishing.review(image_id, { comment: 'looked at' });
    expect(review).toMatchObject({ verdict: 'approved', comment: 'looked at', reviewed_by: 'user-of-operators' });
    await expect(publish(image_id, owner)).rejects.toMatchObject({ code: 'auth.forbidden' });
    await expect(publish(image_id)).rejects.toMatchObject({ code: 'image.scan_missing' });
    await publishing.scanned(image_id);
    await publish(image_id);
    await publish(image_id); // again: nothing more happens
    const at = { image_id, region: REGION };
    expect((await catalog.ask(GetImage, at, tenant(randomUUID()))).image.visibility).toBe('public');
    expect((await catalog.ask(ListImageReviews, at, operator())).reviews).toEqual([review]);
    await eventually(() => {
      const types = catalog.recorder.typesAbout(image_id).slice(3);
      expect(types).toEqual(['ImageReviewed', 'ImageUpdated', 'ImageUpdated', 'ImagePublished']);
    });
  });

  it.each([
    ['was not scanned', { scan: 'not_scanned' as const }],
    ['is infected', { scan: 'infected' as const }],
    ['has nothing that sets up its servers', { initialisation_component: null }],
  ])('are not approved when one %s', async (_why, said) => {
    const { image_id } = await images.makeActive();
    await expect(publishing.review(image_id, said)).rejects.toMatchObject({ code: 'image.review_incomplete' });
  });

  it('have the newest review: what was rejected after an approval is not published', async () => {
    const { image_id } = await images.makeActive();
    await publishing.review(image_id);
    await publishing.review(image_id, { verdict: 'rejected', scan: 'infected' });
    await expect(publish(image_id)).rejects.toMatchObject({ code: 'image.review_missing' });
  });

  it('have bytes, are set to be public only with a review, and are theirs no more who made them', async () => {
    const { image_id, owner } = await images.makeActive();
    const set = (value: string, as = operator()): Promise<unknown> => {
      const changes = [{ op: 'replace' as const, name: 'visibility', value }];
      return catalog.ask(UpdateImage, { image_id, region: REGION, changes, strict_add: false }, as);
    };
    await expect(set('public')).rejects.toMatchObject({ code: 'image.review_missing' });
    await publishing.review(image_id);
    await expect(set('public')).rejects.toMatchObject({ code: 'image.scan_missing' });
    await publishing.scanned(image_id);
    await set('public');
    await expect(set('private', owner)).rejects.toMatchObject({ code: 'auth.forbidden' });
    await publishing.unpublish(image_id);
    await set('shared', owner);
    const waiting = await images.register();
    await expect(publishing.review(waiting.image_id)).rejects.toMatchObject({ code: 'image.not_active' });
    await expect(publish(waiting.image_id)).rejects.toMatchObject({ code: 'image.not_active' });
  });
});
