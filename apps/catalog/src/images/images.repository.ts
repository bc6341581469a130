import { lockName, prepared } from '@imago/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { type ImagePage, type ImagePageQuery, pageStatement } from './image-page.ts';
import { IMAGE_COLUMNS, IMAGE_DOCUMENTS, ImageRow } from './image.row.ts';

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
  | 'protected'
  | 'os_hidden'
  | 'properties'
  | 'agreement'
  | 'job_id'
  | 'registration_hash'
> &
  Partial<Pick<ImageRow, 'source' | 'origin' | 'copied_from' | 'data_disks' | 'machine_image_id' | 'verify_boot'>>;

/** The fields a change may touch; identity and version are not among them. */
export type ImageChanges = Partial<Omit<ImageRow, 'id' | 'region' | 'terms' | 'created_at' | 'updated_at' | 'version'>>;

/** What a full machine and its disks always have in common. */
const OF_THE_WHOLE = ['status', 'owner', 'visibility', 'job_id', 'error'] as const satisfies (keyof ImageChanges)[];

/** Whose images take places of one quota. */
export type Account = Pick<ImageRow, 'owner' | 'region'>;

/** The rows of images. A lock or a change always says in which transaction. */
@Injectable()
export class ImagesRepository {
  async find(tx: EntityManager, id: string): Promise<ImageRow | null> {
    const [found]: ImageRow[] = await tx.query(FIND, [id]);
    return found ?? null;
  }

  /**
   * Finds an image and keeps everybody else from changing it until the transaction ends. A machine and its disks are
   * locked together, whichever of them is asked for, and in the order of their ids: so nobody waits in a circle.
   */
  async lock(tx: EntityManager, id: string): Promise<ImageRow | null> {
    const together: ImageRow[] = await tx.query(LOCK, [id]);
    return together.find((image) => image.id === id) ?? null;
  }

  /** Keeps a registration and a taking back of the same id apart, also while there is no row to lock. */
  async lockId(tx: EntityManager, id: string): Promise<void> {
    await lockName(tx, `catalog.image.${id}`);
  }

  /** Keeps everybody else from registering for an account, so that its images can be counted, until the transaction ends. */
  async lockAccount(tx: EntityManager, { owner, region }: Account): Promise<void> {
    await lockName(tx, `catalog.account.${region}/${owner}`);
  }

  /** How many images take a place of an account. Counts no further than `atMost`, when that is all there is to know. */
  async countPlaces(tx: EntityManager, account: Account, atMost: number | null = null): Promise<number> {
    const { sql, parameters } = placesStatement(account, atMost);
    const [counted]: { used: number }[] = await tx.query(sql, [...parameters]);
    return counted?.used ?? 0;
  }

  /** Inserts an image at version 1. Rejects with Postgres's unique violation when the id is taken. */
  async insert(tx: EntityManager, image: NewImage): Promise<ImageRow> {
    const { names, values } = assignments({ ...image, version: 1 });
    const places = values.map((_value, place) => `$${place + 1}`);
    const inserted: ImageRow[] = await tx.query(
      prepared(`INSERT INTO catalog.images (${names.join(', ')}) VALUES (${places.join(', ')}) ${RETURNING}`),
      values,
    );
    return onlyRow(inserted);
  }

  /**
   * Changes an image that has been locked and answers it as it is now, one version on.
   * What is said of a machine as a whole is true of its disks from the same moment.
   * @throws Error when it is not at the version it was read at: somebody changed it without the lock.
   */
  async update(tx: EntityManager, image: ImageRow, changes: ImageChanges): Promise<ImageRow> {
    const { names, values } = assignments({ ...changes, version: image.version + 1 });
    const set = names.map((name, place) => `${name} = $${place + 3}`);
    const [rows, affected] = await tx.query<[ImageRow[], number]>(
      prepared(`UPDATE catalog.images SET ${set.join(', ')}, updated_at = clock_timestamp()
        WHERE id = $1 AND version = $2 ${RETURNING}`),
      [image.id, image.version, ...values],
    );
    if (affected !== 1) throw new Error(`image ${image.id} is not at version ${image.version} any more`);
    if (image.data_disks.length > 0) await this.#tellDisks(tx, image, changes);
    return onlyRow(rows);
  }

  async #tellDisks(tx: EntityManager, { id }: ImageRow, changes: ImageChanges): Promise<void> {
    const told = OF_THE_WHOLE.filter((name) => changes[name] !== undefined);
    if (told.length === 0) return;
    await tx
      .createQueryBuilder()
      .update(ImageRow)
      .set({
        ...(Object.fromEntries(told.map((name) => [name, changes[name]])) as QueryDeepPartialEntity<ImageRow>),
        version: () => 'version + 1',
        updated_at: () => 'clock_timestamp()',
      })
      .where({ machine_image_id: id })
      .execute();
  }

  /** Remembers how much was heard of the members of a locked image, which changes nothing anybody sees. */
  async noteSharing(tx: EntityManager, { id }: ImageRow, version: number): Promise<void> {
    await tx.query('UPDATE catalog.images SET sharing_version = $2 WHERE id = $1', [id, version]);
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
    const found: unknown[] = await tx.query(FIND_ABANDONED, [id]);
    return found.length > 0;
  }

  /** One page, by one statement. */
  async page(tx: EntityManager, query: ImagePageQuery): Promise<ImagePage> {
    const { sql, parameters } = pageStatement(query);
    const found: (ImageRow & { marker_found: boolean })[] = await tx.query(sql, [...parameters]);
    const rows = found.filter((row) => (row.id as string | null) !== null);
    return {
      marker_found: query.marker === null || found[0]?.marker_found === true,
      rows: rows.slice(0, query.limit),
      more: rows.length > query.limit,
    };
  }
}

const FIND = prepared(`SELECT ${IMAGE_COLUMNS.join(', ')} FROM catalog.images WHERE id = $1`);
const LOCK =
  prepared(`WITH machine AS MATERIALIZED (SELECT coalesce(machine_image_id, id) AS id FROM catalog.images WHERE id = $1)
  SELECT ${IMAGE_COLUMNS.join(', ')} FROM catalog.images
  WHERE id = (SELECT id FROM machine) OR machine_image_id = (SELECT id FROM machine) ORDER BY id FOR UPDATE`);
const FIND_ABANDONED = prepared('SELECT 1 FROM catalog.abandoned_registrations WHERE image_id = $1');

/** Reads as many entries of one index as it counts: the order keeps Postgres from looking through other projects' images. */
export function placesStatement(
  { owner, region }: Account,
  atMost: number | null,
): { readonly sql: string; readonly parameters: readonly unknown[] } {
  const sql = prepared(`SELECT count(*)::integer AS used FROM (SELECT 1 FROM catalog.images WHERE region = $1
    AND owner = $2 AND status <> 'deleted' AND status <> 'killed' AND visibility <> 'public' AND machine_image_id IS NULL
    ORDER BY created_at LIMIT $3) AS places`);
  return { sql, parameters: [region, owner, atMost] };
}

const RETURNING = `RETURNING ${IMAGE_COLUMNS.join(', ')}`;

/** The columns that get a value, and the values as the driver wants them. */
function assignments(changes: Readonly<Partial<Record<keyof ImageRow, unknown>>>): {
  readonly names: readonly string[];
  readonly values: unknown[];
} {
  const given = Object.entries(changes).filter(([name, value]) => value !== undefined && IMAGE_COLUMNS.includes(name));
  return {
    names: given.map(([name]) => name),
    values: given.map(([name, value]) => (value !== null && IMAGE_DOCUMENTS.has(name) ? JSON.stringify(value) : value)),
  };
}

function onlyRow([row]: readonly ImageRow[]): ImageRow {
  if (row === undefined) throw new Error('RETURNING gave no row');
  return row;
}
