import type { ImageStatus, Visibility } from '@imago/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { ImageRow } from './image.row.ts';

/** What a new image starts with; the rest has its default. */
export type NewImage = Pick<
  ImageRow,
  | 'id'
  | 'region'
  | 'owner'
  | 'status'
  | 'visibility'
  | 'name'
  | 'description'
  | 'image_type'
  | 'architecture'
  | 'os_distro'
  | 'os_version'
  | 'min_disk'
  | 'min_ram'
  | 'boot_mode'
  | 'enterprise_project_id'
  | 'tags'
  | 'disk_format'
  | 'container_format'
  | 'agreement'
  | 'job_id'
  | 'registration_hash'
>;

/** The fields a change may touch; identity and version are not among them. */
export type ImageChanges = Partial<Omit<ImageRow, 'id' | 'owner' | 'region' | 'created_at' | 'updated_at' | 'version'>>;

/** Which page of which images. */
export interface ImagePageQuery {
  readonly region: string;
  /** Sees its own and the public images; null sees every project's. */
  readonly viewer: string | null;
  readonly limit: number;
  readonly marker: string | null;
  readonly name: string | null;
  readonly status: ImageStatus | null;
  readonly visibility: Visibility | null;
}

export interface ImagePage {
  /** False when the marker names no image the viewer could have seen. */
  readonly marker_found: boolean;
  readonly rows: readonly ImageRow[];
  /** There are more after the last of them. */
  readonly more: boolean;
}

/** The rows of images. A lock or a change always says in which transaction. */
@Injectable()
export class ImagesRepository {
  find(tx: EntityManager, id: string): Promise<ImageRow | null> {
    return tx.findOne(ImageRow, { where: { id } });
  }

  /** Finds an image and keeps everybody else from changing it until the transaction ends. */
  lock(tx: EntityManager, id: string): Promise<ImageRow | null> {
    return tx.findOne(ImageRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  /** Keeps a registration and a taking back of the same id apart, also while there is no row to lock. */
  async lockId(tx: EntityManager, id: string): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`catalog.image.${id}`]);
  }

  /** Inserts an image at version 1. Rejects with Postgres's unique violation when the id is taken. */
  async insert(tx: EntityManager, image: NewImage): Promise<ImageRow> {
    const inserted = await tx
      .createQueryBuilder()
      .insert()
      .into(ImageRow)
      .values({ ...image, version: 1 })
      .returning('*')
      .execute();
    return onlyRow(inserted.raw);
  }

  /**
   * Changes an image that has been locked and answers it as it is now, one version on.
   * @throws Error when it is not at the version it was read at: somebody changed it without the lock.
   */
  async update(tx: EntityManager, image: ImageRow, changes: ImageChanges): Promise<ImageRow> {
    const updated = await tx
      .createQueryBuilder()
      .update(ImageRow)
      // Its own type of a change stumbles over the open details of an error; the columns are those of the row.
      .set({
        ...(changes as QueryDeepPartialEntity<ImageRow>),
        version: image.version + 1,
        updated_at: () => 'clock_timestamp()',
      })
      .where({ id: image.id, version: image.version })
      .returning('*')
      .execute();
    if (updated.affected !== 1) throw new Error(`image ${image.id} is not at version ${image.version} any more`);
    return onlyRow(updated.raw);
  }

  /**
   * Remembers that an id was taken back, so that a registration still on its way is refused; and forgets those taken
   * back longer ago than any request lives.
   */
  async markAbandoned(tx: EntityManager, id: string): Promise<void> {
    await tx.query('INSERT INTO catalog.abandoned_registrations (image_id) VALUES ($1) ON CONFLICT DO NOTHING', [id]);
    await tx.query(`DELETE FROM catalog.abandoned_registrations WHERE abandoned_at < now() - interval '1 day'`);
  }

  async isAbandoned(tx: EntityManager, id: string): Promise<boolean> {
    const found: unknown[] = await tx.query('SELECT 1 FROM catalog.abandoned_registrations WHERE image_id = $1', [id]);
    return found.length > 0;
  }

  /** One page, newest first, by one statement. */
  async page(tx: EntityManager, query: ImagePageQuery): Promise<ImagePage> {
    const found: (ImageRow & { marker_found: boolean })[] = await tx.query(PAGE, [
      query.region,
      query.viewer,
      query.marker,
      query.limit + 1,
      query.name,
      query.status,
      query.visibility,
    ]);
    const rows = found.filter((row) => (row.id as string | null) !== null);
    return {
      marker_found: found[0]?.marker_found === true,
      rows: rows.slice(0, query.limit),
      more: rows.length > query.limit,
    };
  }
}

const SELECTED = `region = $1 AND status <> 'deleted' AND NOT os_hidden
  AND ($5::text IS NULL OR name = $5)
  AND ($6::text IS NULL OR status = $6)
  AND ($7::text IS NULL OR visibility = $7)
  AND ($3::uuid IS NULL OR (created_at, id) < ((SELECT created_at FROM marker), (SELECT id FROM marker)))`;
const NEWEST = 'ORDER BY created_at DESC, id DESC LIMIT $4';

/**
 * Each arm reads its index backwards from the marker and stops after one page; an OR over both would sort everything.
 * A marker that was deleted since still marks its place, so that a page is never lost with it. Parameters: region,
 * viewer, marker, rows, name, status, visibility.
 */
const PAGE = `
WITH marker AS (
  SELECT created_at, id FROM catalog.images
  WHERE id = $3 AND region = $1 AND ($2::text IS NULL OR owner = $2 OR visibility = 'public')
), page AS (
  (SELECT * FROM catalog.images WHERE $2::text IS NULL AND ${SELECTED} ${NEWEST})
  UNION ALL
  (SELECT * FROM catalog.images WHERE owner = $2 AND ${SELECTED} ${NEWEST})
  UNION ALL
  (SELECT * FROM catalog.images WHERE visibility = 'public' AND owner <> $2 AND ${SELECTED} ${NEWEST})
  ${NEWEST}
)
SELECT ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM marker)) AS marker_found, page.*
FROM (SELECT 1) AS one LEFT JOIN page ON true
ORDER BY page.created_at DESC, page.id DESC`;

/** TypeORM types what RETURNING gave as unknown. */
function onlyRow(raw: unknown): ImageRow {
  const [row] = raw as ImageRow[];
  if (row === undefined) throw new Error('RETURNING gave no row');
  return row;
}
