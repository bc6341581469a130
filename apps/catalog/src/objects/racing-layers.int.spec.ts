import { randomUUID } from 'node:crypto';
import { eventually, trials } from '@imago/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CapturedImages } from '../../test/captured-images.ts';
import { type CatalogUnderTest, startCatalog } from '../../test/catalog-under-test.ts';
import { LayerHistory, type Step } from '../../test/layer-history.ts';

const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom(
    ...(['begin', 'begin', 'make', 'make', 'fail', 'delete', 'delete', 'hold', 'release'] as const),
    ...(['flatten', 'finish', 'cancel'] as const),
  ),
  what: fc.nat({ max: 5 }),
  on: fc.nat({ max: 5 }),
});

describe('what is kept', () => {
  let catalog: CatalogUnderTest;

  beforeAll(async () => {
    catalog = await startCatalog({ CATALOG_MAXIMUM_LAYERS: '3' });
  });
  afterAll(() => catalog.close());

  it('is what images, servers and writers need, whatever is done in whatever order', async () => {
    const history = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const run = new LayerHistory(catalog);
      for (const each of steps) {
        await run.take(each);
        expect(await run.alive()).toEqual(run.needed());
        expect(await run.groundless()).toEqual([]);
      }
      await run.end();
      expect(await run.alive()).toEqual(new Set());
    });
    await fc.assert(history, { numRuns: trials(25), endOnFailure: true });
  });

  it('lets nothing stand on what is gone, whatever happens at the same moment', async () => {
    const history = fc.asyncProperty(
      fc.array(step, { minLength: 6, maxLength: 12 }),
      fc.array(step, { minLength: 4, maxLength: 8 }),
      async (before, during) => {
        const run = new LayerHistory(catalog);
        for (const each of before) await run.take(each);
        // What one of them finds, another may just have changed: only what is left afterwards is told.
        const ends = await Promise.allSettled(during.map((each) => run.take(each)));
        expect(ends.filter((end) => end.status === 'rejected' && /deadlock/.test(String(end.reason)))).toEqual([]);
        expect(await run.groundless()).toEqual([]);
        await run.end();
        expect(await run.alive()).toEqual(new Set());
      },
    );
    await fc.assert(history, { numRuns: trials(20), endOnFailure: true });
  });

  it('is what a layer begins on, also when the last server lets go of it at the same moment', async () => {
    const captured = new CapturedImages(catalog);
    const base = await captured.held.make();
    const server = randomUUID();
    await captured.held.hold(base, [server]);
    await captured.remove(base);
    const made = await captured.images.register(base.owner);
    // Nobody writes an object's row for a while: the layer waits where it has found its parent sealed.
    const gate = catalog.db.createQueryRunner();
    await gate.startTransaction();
    await gate.query('LOCK TABLE catalog.objects IN SHARE MODE');
    const begun = captured.allocate(made, base.object_id);
    await waiting(`query ILIKE 'INSERT INTO "catalog"."objects"%'`);
    const released = captured.held.release([server]);
    await waiting(`query ILIKE '%catalog.objects%' AND query NOT ILIKE 'INSERT%'`);
    await gate.rollbackTransaction();
    await gate.release();
    expect(await released).toBe(1);
    const layer = { ...made, ...(await begun) };
    expect(await captured.held.stateOf(base)).toBe('sealed');
    await captured.remove(layer);
    await captured.held.swept(base);
  });

  function waiting(forWhat: string): Promise<void> {
    return eventually(async () => {
      const found: unknown[] = await catalog.db.query(
        `SELECT 1 FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid() AND ${forWhat}`,
      );
      expect(found).not.toEqual([]);
    });
  }
});
