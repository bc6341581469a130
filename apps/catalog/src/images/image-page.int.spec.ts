import { randomUUID } from 'node:crypto';
import { imageFilters, imageSortKey, type ImageSort } from '@imago/contracts';
import { runMigrations, serviceDataSource } from '@imago/persistence';
import { firstOfEach, testEnvironment } from '@imago/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { databaseUrl, provision } from '@imago/persistence/testing';
import { insertManyImages } from '../../test/many-images.ts';
import { CATALOG_ENTITIES } from '../catalog.module.ts';
import { CATALOG_MIGRATIONS } from '../migrations/catalog-migrations.ts';
import { type ImagePageQuery, pageStatement } from './image-page.ts';
import { ImagesRepository, placesStatement } from './images.repository.ts';

const IMAGES = 30_000;
const LIMIT = 25;
/** Rows a page may read: what is worth as much as walking past those of others between its own, and never all. */
const READ_AT_MOST = 40 * LIMIT;

/** A node of a plan, as Postgres explains it. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

type Filters = z.input<typeof imageFilters>;
type Query = Partial<Omit<ImagePageQuery, 'filters'>> & { readonly filters?: Filters };

describe('a page of many images', () => {
  let environment: Awaited<ReturnType<typeof testEnvironment<{ postgres: true }>>>;
  let db: DataSource;

  beforeAll(async () => {
    environment = await testEnvironment({ postgres: true, provision });
    const url = databaseUrl(environment.postgres, 'catalog', 'migrate');
    await runMigrations({ service: 'catalog', url, migrations: CATALOG_MIGRATIONS });
    db = await serviceDataSource({ service: 'catalog', url, entities: CATALOG_ENTITIES }).initialize();
    await insertManyImages(db, IMAGES);
  });

  afterAll(async () => {
    await db.destroy();
    await environment.close();
  });

  function queryOf({ filters = {}, ...query }: Query): ImagePageQuery {
    const all = { region: 'region-1', viewer: 'owner-2', marker: null, limit: LIMIT, sort: [] };
    return { ...all, ...query, filters: imageFilters.parse(filters) };
  }

  async function imageInTheMiddle(viewer: string | null): Promise<string> {
    const rows: { id: string }[] = await db.query(
      `SELECT id FROM catalog.images WHERE $1::text IS NULL OR owner = $1 OR visibility = 'public'
       ORDER BY created_at DESC, id DESC OFFSET 4000 LIMIT 1`,
      [viewer],
    );
    return rows[0]?.id ?? '';
  }

  /** How many rows of the table a statement reads, in each scan of it. */
  async function rowsRead({
    sql,
    parameters,
  }: ReturnType<typeof pageStatement>): Promise<readonly { readonly scan: string; readonly rows: number }[]> {
    const [answer]: { 'QUERY PLAN': [{ Plan: PlanNode }] }[] = await db.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, [
      ...parameters,
    ]);
    const scans = nodesOf(answer?.['QUERY PLAN'][0].Plan).filter((node) => node['Relation Name'] === 'images');
    return scans.map((scan) => {
      const dropped = (scan['Rows Removed by Filter'] ?? 0) + (scan['Rows Removed by Index Recheck'] ?? 0);
      return { scan: scan['Node Type'], rows: (scan['Actual Rows'] + dropped) * scan['Actual Loops'] };
    });
  }

  async function expectCheap(query: Query): Promise<void> {
    const scans = await rowsRead(pageStatement(queryOf(query)));
    expect(scans.length).toBeGreaterThan(0);
    expect(scans.filter(({ scan, rows }) => scan === 'Seq Scan' || rows > READ_AT_MOST)).toEqual([]);
  }

  it.each([
    ['the first of a tenant', 'owner-2', false],
    ['one in the middle of a tenant', 'owner-2', true],
    ['one of a tenant without images', randomUUID(), false],
    ['the first of an operator', null, false],
    ['one in the middle of an operator', null, true],
  ])('costs as much as it shows, not as much as there is: %s', async (_which, viewer, inTheMiddle) => {
    const marker = inTheMiddle ? await imageInTheMiddle(viewer) : null;
    await expectCheap({ viewer, marker });
  });

  it.each(
    imageSortKey.options.flatMap((key) => [
      { key, direction: 'asc' as const },
      { key, direction: 'desc' as const },
    ]),
  )('costs as much as it shows in the order of $key $direction, from the start and from the middle', async (sort) => {
    await expectCheap({ sort: [sort] });
    await expectCheap({ sort: [sort], marker: await imageInTheMiddle('owner-2') });
  });

  it('costs as much as it shows also where ten thousand images were received', async () => {
    await db.query(
      `INSERT INTO catalog.image_members (image_id, project_id, status, version, image_created_at)
       SELECT id, 'receiver', CASE WHEN n % 100 = 0 THEN 'pending' ELSE 'accepted' END, 1, created_at
       FROM (SELECT id, created_at, row_number() OVER () AS n FROM catalog.images
         WHERE visibility = 'private' AND status <> 'deleted' LIMIT 10000) AS given`,
    );
    await db.query(`ALTER TABLE catalog.images DISABLE TRIGGER images_terms`);
    await db.query(`UPDATE catalog.images SET visibility = 'shared'
      WHERE id IN (SELECT image_id FROM catalog.image_members)`);
    await db.query(`ALTER TABLE catalog.images ENABLE TRIGGER images_terms`);
    await db.query('ANALYZE catalog.images, catalog.image_members');
    await expectCheap({ viewer: 'receiver' });
    await expectCheap({ viewer: 'receiver', filters: { visibility: 'shared' } });
    await expectCheap({ viewer: 'receiver', filters: { visibility: 'shared', member_status: 'pending' } });
    await expectCheap({ viewer: 'stranger', filters: { visibility: 'shared' } });
    await db.query('DELETE FROM catalog.image_members');
  });

  it.each<[string, Filters]>([
    ['a name', { name: ['web-300'] }],
    ['a name nobody has', { name: ['nothing'] }],
    ['one of several names', { name: ['web-300', 'web-303'] }],
    ['a common status', { status: ['queued'] }],
    ['a rare status', { status: ['killed'] }],
    ['a common format', { disk_format: ['qcow2'] }],
    ['a rare format', { disk_format: ['iso'] }],
    ['a common tag', { tags: ['often'] }],
    ['a rare tag', { tags: ['seldom'] }],
    ['a common and a rare tag', { tags: ['often', 'seldom'] }],
    ['a tag that only others have', { tags: ['elsewhere'] }],
    ['a common property', { properties: { hw_disk_bus: 'virtio' } }],
    ['a rare property', { properties: { os_type: 'windows' } }],
    ['a property that has a column', { properties: { os_distro: 'rare' } }],
    ['a checksum', { checksum: 'c'.repeat(32) }],
    ['the own ones', { owner: 'owner-2' }],
    ['those of another', { owner: 'owner-1' }],
    ['everything to be seen', { visibility: 'all' }],
    ['the public ones', { visibility: 'public' }],
    ['a visibility no image has', { visibility: 'shared' }],
    ['the hidden ones', { os_hidden: true }],
    ['the protected ones', { protected: true }],
    ['an id', { id: [randomUUID()] }],
    ['large ones', { ranges: [{ attribute: 'size', minimum: '29990000', maximum: null }] }],
    ['a size', { ranges: [{ attribute: 'size', minimum: '1', maximum: '1' }] }],
    ['much memory', { ranges: [{ attribute: 'min_ram', minimum: '2048', maximum: null }] }],
    ['a day', { times: [{ attribute: 'created_at', operator: 'eq', instant: '2026-01-01T00:30:00Z' }] }],
    ['before all', { times: [{ attribute: 'updated_at', operator: 'lt', instant: '2020-01-01T00:00:00Z' }] }],
  ])('costs no more where it looks for %s', async (_what, filters) => {
    await expectCheap({ filters });
    await expectCheap({ filters, sort: [{ key: 'name', direction: 'asc' }] });
  });

  const orders: readonly (readonly [string, readonly ImageSort[]])[] = [
    ['newest first', []],
    ['by name', [{ key: 'name', direction: 'asc' }]],
    ['by a key that is the same of many, and sometimes missing', [{ key: 'disk_format', direction: 'desc' }]],
    [
      'by several keys, up and down',
      [
        { key: 'status', direction: 'desc' },
        { key: 'size', direction: 'asc' },
      ],
    ],
  ];
  for (const [rows, options] of firstOfEach(orders, ([, sort]) => sort.length > 1)) {
    it.each(rows)('leads through all of them, each once and in order: %s', options, async (_order, sort) => {
      const images = new ImagesRepository();
      const seen: string[] = [];
      let marker: string | null = null;
      do {
        const page = await images.page(db.manager, queryOf({ marker, sort, limit: 1000 }));
        seen.push(...page.rows.map(({ id }) => id));
        marker = page.more ? (seen.at(-1) ?? null) : null;
      } while (marker !== null);
      const whole = await images.page(db.manager, queryOf({ sort, limit: IMAGES }));
      expect(seen).toEqual(whole.rows.map(({ id }) => id));
      const [{ count } = { count: 0 }]: { count: number }[] = await db.query(
        `SELECT count(*)::integer AS count FROM catalog.images
       WHERE status <> 'deleted' AND NOT os_hidden AND (owner = 'owner-2' OR visibility = 'public')`,
      );
      expect(new Set(seen).size).toBe(count);
    });
  }

  it.each([1, 100])('count as much as has to be known when they take places in a quota: %d at most', async (atMost) => {
    const account = { region: 'region-1', owner: 'owner-2' };
    expect(await new ImagesRepository().countPlaces(db.manager, account, atMost)).toBe(atMost);
    expect(await rowsRead(placesStatement(account, atMost))).toEqual([{ scan: 'Index Only Scan', rows: atMost }]);
  });

  it('count in full where there are fewer than asked about, or all are asked about', async () => {
    const account = { region: 'region-1', owner: 'owner-2' };
    const [{ used } = { used: 0 }]: { used: number }[] = await db.query(
      `SELECT count(*)::integer AS used FROM catalog.images
       WHERE owner = 'owner-2' AND status NOT IN ('deleted', 'killed') AND visibility <> 'public'`,
    );
    expect(await new ImagesRepository().countPlaces(db.manager, account, IMAGES)).toBe(used);
    expect(await new ImagesRepository().countPlaces(db.manager, account)).toBe(used);
  });
});

function nodesOf(node: PlanNode | undefined): readonly PlanNode[] {
  return node === undefined ? [] : [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
