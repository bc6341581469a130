import { randomUUID } from 'node:crypto';
import { GetLineage, type ResponseOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CapturedImages, somebody } from '../../test/captured-images.ts';
import { type CatalogUnderTest, operator, REGION, startCatalog, tenant } from '../../test/catalog-under-test.ts';
import type { StoredImage } from '../../test/held-images.ts';

type Lineage = ResponseOf<typeof GetLineage>;

describe('the lineage of an image', () => {
  let catalog: CatalogUnderTest;
  let captured: CapturedImages;

  beforeAll(async () => {
    catalog = await startCatalog();
    captured = new CapturedImages(catalog);
  });
  afterAll(() => catalog.close());

  function lineage({ image_id, owner }: StoredImage, as: RequestContext = owner, region = REGION): Promise<Lineage> {
    return catalog.ask(GetLineage, { image_id, region }, as);
  }

  function makePublic({ image_id }: StoredImage): Promise<unknown> {
    return catalog.db.query(`UPDATE catalog.images SET visibility = 'public' WHERE id = $1`, [image_id]);
  }

  it('is its server, the image of that, and so on, and how many objects it lies in', async () => {
    const base = await captured.held.make();
    const middle = await captured.capture(base, base.owner);
    const image = await captured.capture(middle, base.owner);
    const told = await lineage(image);
    expect(told.image).toMatchObject({
      id: image.image_id,
      origin: { image_id: middle.image_id, server_name: 'web-1' },
    });
    expect(told.ancestors).toEqual([
      {
        ...{ image_id: middle.image_id, name: 'web', status: 'active', created_at: expect.any(String) },
        origin: expect.objectContaining({ image_id: base.image_id }),
      },
      { image_id: base.image_id, name: 'web', status: 'active', created_at: expect.any(String), origin: null },
    ]);
    expect(told.layers).toBe(3);
    expect(await lineage(base)).toMatchObject({ ancestors: [], layers: 1 });
    expect(await lineage({ ...image, ...(await captured.images.register()) })).toMatchObject({ layers: 0 });
  });

  it('stays when the image is stored whole, and when those before it are deleted', async () => {
    const base = await captured.held.make();
    const middle = await captured.capture(base, base.owner);
    const image = await captured.capture(middle, base.owner);
    await captured.flatten(image);
    for (const each of [base, middle]) await captured.remove(each);
    expect(await lineage(image)).toMatchObject({
      ancestors: [
        { image_id: middle.image_id, name: 'web', status: 'deleted' },
        { image_id: base.image_id, status: 'deleted' },
      ],
      layers: 1,
    });
  });

  it('names what the caller may not see by its id alone, and nothing before that', async () => {
    const hidden = { name: null, status: null, origin: null, created_at: null };
    const base = await captured.held.make();
    const theirs = await captured.capture(base, base.owner);
    await makePublic(theirs);
    const image = await captured.capture(theirs, somebody());
    expect((await lineage(image)).ancestors).toMatchObject([
      { image_id: theirs.image_id, status: 'active' },
      { image_id: base.image_id, ...hidden },
    ]);
    await catalog.db.query(`UPDATE catalog.images SET visibility = 'private' WHERE id = $1`, [theirs.image_id]);
    expect((await lineage(image)).ancestors).toEqual([{ image_id: theirs.image_id, ...hidden }]);
    await captured.remove(theirs);
    expect((await lineage(image)).ancestors).toEqual([{ image_id: theirs.image_id, ...hidden }]);
    expect((await lineage(image, operator())).ancestors).toMatchObject([{ status: 'deleted' }, { status: 'active' }]);
  });

  it('may name an image that nobody knows', async () => {
    const image = await captured.capture(null);
    const unknown = randomUUID();
    await catalog.db.query(`UPDATE catalog.images SET origin = origin || $2 WHERE id = $1`, [
      image.image_id,
      { image_id: unknown },
    ]);
    expect((await lineage(image)).ancestors).toMatchObject([{ image_id: unknown, status: null }]);
  });

  it('ends, whatever the rows say', async () => {
    const image = await captured.capture(null);
    await catalog.db.query(`UPDATE catalog.images SET origin = origin || $2 WHERE id = $1`, [
      image.image_id,
      { image_id: image.image_id },
    ]);
    expect((await lineage(image)).ancestors).toHaveLength(100);
  });

  it('is for who may see the image, readers too', async () => {
    const image = await captured.capture(null);
    await lineage(image, tenant(image.owner.project_id, ['reader']));
    await expect(lineage(image, somebody())).rejects.toMatchObject({ code: 'image.not_found' });
    await expect(lineage(image, image.owner, 'region-2')).rejects.toMatchObject({ code: 'image.not_found' });
    await makePublic(image);
    await lineage(image, somebody());
    const gone = await captured.capture(null);
    await captured.remove(gone);
    await expect(lineage(gone)).rejects.toMatchObject({ code: 'image.not_found' });
  });
});
