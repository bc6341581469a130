import { ReportStorage, type StorageReport } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CapturedImages } from '../../test/captured-images.ts';
import { type CatalogUnderTest, operator, REGION, startCatalog, tenant } from '../../test/catalog-under-test.ts';
import { Publishing } from '../../test/publishing.ts';

/** Bytes of what a capture stores: all of a disk, and a layer. */
const WHOLE = '4000';
const LAYER = '40';

let catalog: CatalogUnderTest;

beforeAll(async () => {
  catalog = await startCatalog();
});
afterAll(() => catalog.close());

function report(region = REGION, context: RequestContext = operator()): Promise<StorageReport> {
  return catalog.ask(ReportStorage, { region }, context);
}

it('says what takes up the store: by visibility, deleted images that a layer keeps apart, and by project', async () => {
  const captured = new CapturedImages(catalog);
  const base = await captured.capture(null);
  const layer = await captured.capture(base, base.owner);
  const open = await captured.capture(null);
  await new Publishing(catalog).publish(open.image_id);
  await captured.remove(base);
  await eventually(async () => {
    expect(await report()).toEqual({
      by_visibility: [
        { visibility: 'private', deleted: false, images: 1, bytes: LAYER },
        { visibility: 'private', deleted: true, images: 1, bytes: WHOLE },
        { visibility: 'public', deleted: false, images: 1, bytes: WHOLE },
      ],
      by_project: [
        { project_id: layer.owner.project_id, images: 2, bytes: '4040' },
        { project_id: open.owner.project_id, images: 1, bytes: WHOLE },
      ],
      by_status: [{ status: 'active', images: 2 }],
    });
  });
});

it('is of one region, and for operators', async () => {
  expect(await report('region-9')).toEqual({ by_visibility: [], by_project: [], by_status: [] });
  await expect(report(REGION, tenant('p-any'))).rejects.toMatchObject({ code: 'auth.forbidden' });
});
