import { randomUUID } from 'node:crypto';
import { DeleteImage } from '@imago/contracts';
import { indexKey } from '@imago/object-store';
import { eventually, trials } from '@imago/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogUnderTest, REGION, startCatalog } from '../../test/catalog-under-test.ts';
import { HeldImages, type StoredImage } from '../../test/held-images.ts';

/** Something done for servers, which are numbers here, by somebody who knows nothing of the others. */
interface Step {
  readonly act: 'hold' | 'release' | 'release_object';
  readonly servers: readonly number[];
}

const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom('hold', 'hold', 'release', 'release_object'),
  servers: fc.uniqueArray(fc.nat({ max: 3 }), { minLength: 1, maxLength: 3 }),
});

/** One image, and the ids of the servers of this run. */
interface Run {
  readonly image: StoredImage;
  readonly ids: readonly string[];
}

function named({ ids }: Run, { servers }: Step): string[] {
  return servers.map((each) => ids[each] ?? '');
}

describe('holds that race', () => {
  let catalog: CatalogUnderTest;
  let held: HeldImages;

  beforeAll(async () => {
    catalog = await startCatalog();
    held = new HeldImages(catalog);
  });
  afterAll(() => catalog.close());

  function remove({ image_id, owner }: StoredImage): Promise<unknown> {
    return catalog.ask(DeleteImage, { image_id, region: REGION }, owner);
  }

  function take(run: Run, each: Step): Promise<unknown> {
    if (each.act === 'hold') return held.hold(run.image, named(run, each));
    return held.release(named(run, each), each.act === 'release' ? null : run.image.object_id);
  }

  /** Begins everything while nobody can lock the image, so that all of it meets there; then lets it go. */
  async function meeting<T>(
    image: StoredImage,
    begin: () => readonly Promise<T>[],
  ): Promise<PromiseSettledResult<T>[]> {
    const gate = catalog.db.createQueryRunner();
    await gate.startTransaction();
    await gate.query('SELECT 1 FROM catalog.images WHERE id = $1 FOR UPDATE', [image.image_id]);
    const begun = begin();
    const settled = Promise.allSettled(begun);
    await eventually(async () => {
      const waiting: unknown[] = await catalog.db.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waiting).toHaveLength(begun.length);
    });
    await gate.rollbackTransaction();
    await gate.release();
    return settled;
  }

  async function keepsWhatIsHeld(image: StoredImage): Promise<void> {
    if ((await held.holdersOf(image)).size === 0) return held.swept(image);
    expect(await held.stateOf(image)).toBe('sealed');
    expect(await held.bytesOf(image)).toEqual([image.key, indexKey(image.key)]);
  }

  it('sweep the bytes when the last two servers let go at the same moment', async () => {
    const image = await held.make();
    const [one, two] = [randomUUID(), randomUUID()];
    await held.hold(image, [one, two]);
    await remove(image);
    const ends = await meeting(image, () => [held.release([one]), held.release([two])]);
    expect(ends).toEqual([1, 1].map((value) => ({ status: 'fulfilled', value })));
    await held.swept(image);
  });

  it('sweep the bytes when the last server lets go while the image is deleted', async () => {
    const image = await held.make();
    const server = randomUUID();
    await held.hold(image, [server]);
    const ends = await meeting<unknown>(image, () => [held.release([server]), remove(image)]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    await held.swept(image);
  });

  it('let servers of several images go in any order without waiting for each other for ever', async () => {
    const images = await Promise.all([held.make(), held.make(), held.make()]);
    const all = [randomUUID(), randomUUID()];
    for (const image of images) await held.hold(image, all);
    for (const image of images) await remove(image);
    const [first] = images;
    const ends = await meeting(first, () => [held.release(all), held.release([...all].reverse())]);
    expect(ends.map((end) => (end.status === 'fulfilled' ? end.value : end.reason)).sort()).toEqual([0, 6]);
    for (const image of images) await held.swept(image);
  });

  it('are held or not found while the image is deleted, and what is held is never swept', async () => {
    const steps = (least: number, most: number): fc.Arbitrary<Step[]> =>
      fc.array(step, { minLength: least, maxLength: most });
    const race = fc.asyncProperty(steps(0, 2), steps(1, 5), async (before, during) => {
      const run = { image: await held.make(), ids: [0, 1, 2, 3].map(() => randomUUID()) };
      for (const each of before) await take(run, each);
      const kept = await held.holdersOf(run.image);
      const deleting = remove(run.image);
      const ends = await Promise.allSettled(during.map((each) => take(run, each)));
      await deleting;
      during.forEach((each, place) => {
        const end = ends[place];
        if (end?.status === 'rejected') {
          expect({ ...each, ...end }).toMatchObject({ act: 'hold', reason: { code: 'image.not_found' } });
        }
      });
      const held_now = during.filter(({ act }, place) => act === 'hold' && ends[place]?.status === 'fulfilled');
      const wanted = [...kept, ...held_now.flatMap((each) => named(run, each))];
      const released = during.filter(({ act }) => act !== 'hold').flatMap((each) => named(run, each));
      const holders = [...(await held.holdersOf(run.image))];
      expect(holders).toEqual(expect.arrayContaining(wanted.filter((id) => !released.includes(id))));
      expect(wanted).toEqual(expect.arrayContaining(holders));
      await keepsWhatIsHeld(run.image);
      await held.release(run.ids);
      await held.swept(run.image);
    });
    await fc.assert(race, { numRuns: trials(15), endOnFailure: true });
  });
});
