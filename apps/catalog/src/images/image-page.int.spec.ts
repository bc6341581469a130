import { randomUUID } from 'node:crypto';
import { runMigrations, serviceDataSource } from '@imago/persistence';
import { testEnvironment } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { databaseUrl, provision } from '../../test/catalog-under-test.ts';
import { CATALOG_ENTITIES } from '../catalog.module.ts';
import { CATALOG_MIGRATIONS } from '../migrations/catalog-migrations.ts';
import { type ImagePageQuery, pageStatement } from './image-page.ts';
import { ImagesRepository } from './images.repository.ts';

const IMAGES = 30_000;
const OWNERS = 3;
const LIMIT = 25;

/** A node of a plan, as Postgres explains it. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

describe('a page of many images', () => {
  let environment: Awaited<ReturnType<typeof testEnvironment<{ postgres: true }>>>;
  let db: DataSource;

  beforeAll(async () => {
    environment = await testEnvironment({ postgres: true, provision });
    const url = databaseUrl(environment.postgres, 'catalog', 'migrate');
    await runMigrations({ service: 'catalog', url, migrations: CATALOG_MIGRATIONS });
    db = await serviceDataSource({ service: 'catalog', url, entities: CATALOG_ENTITIES }).initialize();
    // Every tenth is public and every third is deleted; many were made at the very same moment.
    await db.query(
      `INSERT INTO catalog.images (id, region, owner, status, visibility, name, image_type, min_disk, min_ram,
         enterprise_project_id, registration_hash, version, created_at)
       SELECT gen_random_uuid(), 'region-1', 'owner-' || n % $2::integer,
         CASE WHEN n % 3 = 1 THEN 'deleted' ELSE 'queued' END, CASE WHEN n % 10 = 0 THEN 'public' ELSE 'private' END,
         'n', 'system_disk', 1, 0, 'default', 'h', 1, timestamptz '2026-01-01Z' + (n / 4) * interval '1 second'
       FROM generate_series(1, $1::integer) AS n`,
      [IMAGES, OWNERS],
    );
    await db.query('ANALYZE catalog.images');
  }, 120_000);

  afterAll(async () => {
    await db.destroy();
    await environment.close();
  });

  function queryOf(query: Partial<ImagePageQuery>): ImagePageQuery {
    const all = { region: 'region-1', viewer: 'owner-2', marker: null, limit: LIMIT };
    return { ...all, name: null, status: null, visibility: null, ...query };
  }

  async function someImageInTheMiddle(viewer: string | null): Promise<string> {
    const rows: { id: string }[] = await db.query(
      `SELECT id FROM catalog.images WHERE $1::text IS NULL OR owner = $1 OR visibility = 'public'
       ORDER BY created_at DESC, id DESC OFFSET 4000 LIMIT 1`,
      [viewer],
    );
    return rows[0]?.id ?? '';
  }

  it.each([
    ['the first of a tenant', 'owner-2', false],
    ['one in the middle of a tenant', 'owner-2', true],
    ['one of a tenant without images', randomUUID(), false],
    ['the first of an operator', null, false],
    ['one in the middle of an operator', null, true],
  ])('costs as much as it shows, not as much as there is: %s', async (_which, viewer, inTheMiddle) => {
    const marker = inTheMiddle ? await someImageInTheMiddle(viewer) : null;
    const { sql, parameters } = pageStatement(queryOf({ viewer, marker }));
    const [answer]: { 'QUERY PLAN': [{ Plan: PlanNode }] }[] = await db.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, [
      ...parameters,
    ]);
    const scans = nodesOf(answer?.['QUERY PLAN'][0].Plan).filter((node) => node['Relation Name'] === 'images');
    expect(scans.length).toBeGreaterThan(0);
    for (const scan of scans) {
      const read = (scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0)) * scan['Actual Loops'];
      expect({ type: scan['Node Type'], many: read > 4 * LIMIT }).toEqual({ type: 'Index Scan', many: false });
    }
  });

  it('leads through all of them, each once and newest first, also those of the same moment', async () => {
    const images = new ImagesRepository();
    const seen: string[] = [];
    let marker: string | null = null;
    do {
      const page = await images.page(db.manager, queryOf({ marker, limit: 1000 }));
      seen.push(...page.rows.map(({ id }) => id));
      marker = page.more ? (seen.at(-1) ?? null) : null;
    } while (marker !== null);
    const all: { id: string }[] = await db.query(
      `SELECT id FROM catalog.images WHERE status <> 'deleted' AND (owner = 'owner-2' OR visibility = 'public')
       ORDER BY created_at DESC, id DESC`,
    );
    expect(all.length).toBeGreaterThan(5000);
    expect(seen).toEqual(all.map(({ id }) => id));
  });
});

function nodesOf(node: PlanNode | undefined): readonly PlanNode[] {
  return node === undefined ? [] : [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
