import { randomUUID } from 'node:crypto';
import { type DataOf, HoldImage, ImageStorageChangedV1, UpdateImage } from '@imago/contracts';
import { eventually, trials } from '@imago/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CapturedImages } from '../../test/captured-images.ts';
import { type CatalogUnderTest, operator, REGION, startCatalog, tenant } from '../../test/catalog-under-test.ts';
import type { StoredImage } from '../../test/held-images.ts';
import { Publishing } from '../../test/publishing.ts';

type Change = DataOf<typeof ImageStorageChangedV1>;

/** Bytes of what `capturedObject` stores: all of a disk, and a layer. */
const WHOLE = '4000';
const LAYER = '40';

describe('what the owner of an image is charged for', () => {
  let catalog: CatalogUnderTest;
  let captured: CapturedImages;

  beforeAll(async () => {
    catalog = await startCatalog();
    captured = new CapturedImages(catalog);
  });
  afterAll(() => catalog.close());

  function changes({ image_id }: { readonly image_id: string }): readonly Change[] {
    return catalog.recorder
      .about(image_id)
      .filter(({ type }) => type === 'ImageStorageChanged')
      .map(({ data }) => data as Change)
      .sort((one, other) => one.version - other.version);
  }

  function told(image: { readonly image_id: string }, ...expected: readonly [string, string][]): Promise<void> {
    return eventually(() => {
      expect(changes(image).map(({ reason, stored_bytes }) => [reason, stored_bytes])).toEqual(expected);
      expect(changes(image).map(({ version }) => version)).toEqual(expected.map((_, place) => place + 1));
    });
  }

  it('is what its object takes in the store, from active to deleted', async () => {
    const image = await captured.capture(null);
    await told(image, ['stored', WHOLE]);
    await captured.remove(image);
    await told(image, ['stored', WHOLE], ['released', '0']);
    expect(changes(image)[0]).toMatchObject({ owner: image.owner.project_id, region: REGION });
  });

  it('is the layer alone of a layered image, and all of it when it is flattened', async () => {
    const base = await captured.capture(null);
    const layer = await captured.capture(base, base.owner);
    await told(layer, ['stored', LAYER]);
    await captured.flatten(layer);
    await told(layer, ['stored', LAYER], ['flattened', WHOLE]);
    await told(base, ['stored', WHOLE]);
  });

  it('goes on for a deleted image as long as a layer of the same project needs it', async () => {
    const base = await captured.capture(null);
    const layers = [await captured.capture(base, base.owner), await captured.capture(base, base.owner)];
    await captured.remove(base);
    await told(base, ['stored', WHOLE]);
    await Promise.all(layers.map((layer) => captured.remove(layer))); // each sees the other's end
    await told(base, ['stored', WHOLE], ['released', '0']);
  });

  it('is nothing for bytes that only a server keeps', async () => {
    const image = await captured.capture(null);
    await catalog.ask(HoldImage, { image_id: image.image_id, region: REGION, disk_ids: [randomUUID()] }, image.owner);
    await captured.remove(image);
    await told(image, ['stored', WHOLE], ['released', '0']);
  });

  it('is nothing while it is public, and moves with the image to another project', async () => {
    const image = await captured.capture(null);
    const publishing = new Publishing(catalog);
    await publishing.publish(image.image_id);
    await publishing.unpublish(image.image_id);
    const change = [{ op: 'replace' as const, name: 'owner', value: 'p-heir' }];
    const request = { image_id: image.image_id, region: REGION, changes: change, strict_add: false };
    await catalog.ask(UpdateImage, request, operator());
    await told(image, ['stored', WHOLE], ['published', '0'], ['unpublished', WHOLE], ['given', WHOLE]);
    expect(changes(image).at(-1)).toMatchObject({ owner: 'p-heir' });
  });

  it('is, whatever happens in whatever order, what the objects in the store say', async () => {
    const step = fc.record({ what: fc.constantFrom('layer', 'delete', 'flatten' as const), which: fc.nat(9) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
        const owner = tenant(randomUUID());
        const base = await captured.capture(null, owner);
        const all: StoredImage[] = [base];
        const live = new Map([[base.image_id, base]]);
        const layered = new Set<string>();
        for (const { what, which } of steps) {
          const target = [...live.values()][which % Math.max(1, live.size)];
          if (target === undefined) break;
          if (what === 'layer') {
            const made = await captured.capture(target, owner);
            all.push(made);
            live.set(made.image_id, made);
            layered.add(made.image_id);
          } else if (what === 'delete') {
            await captured.remove(target);
            live.delete(target.image_id);
          } else if (layered.delete(target.image_id)) live.set(target.image_id, await captured.flatten(target));
        }
        for (const image of all) expect(await lastSaid(image)).toBe(await stored(image, live));
      }),
      { numRuns: trials(12) },
    );
  });

  async function lastSaid({ image_id }: StoredImage): Promise<string> {
    const [row]: { stored_bytes: string }[] = await catalog.db.query(
      'SELECT stored_bytes FROM catalog.storage_charges WHERE image_id = $1',
      [image_id],
    );
    return row?.stored_bytes ?? '0';
  }

  /** Counted from the objects themselves: what a live image of the project is read from, each object once. */
  async function stored({ image_id }: StoredImage, live: ReadonlyMap<string, unknown>): Promise<string> {
    const [row]: { bytes: string }[] = await catalog.db.query(
      `WITH RECURSIVE line AS (
         SELECT o.* FROM catalog.object_references r JOIN catalog.objects o ON o.id = r.object_id
         WHERE r.holder_type = 'image' AND r.holder_id = ANY ($2::uuid[])
         UNION SELECT parent.* FROM line JOIN catalog.objects parent ON parent.id = line.parent_object_id)
       SELECT coalesce(sum(coalesce(stored_size, size)), 0)::text AS bytes FROM line WHERE image_id = $1`,
      [image_id, [...live.keys()]],
    );
    return row?.bytes ?? '0';
  }
});
