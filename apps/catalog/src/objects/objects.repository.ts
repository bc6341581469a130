import type { StoredObject } from '@imago/contracts';
import { imageObjectKey } from '@imago/object-store';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { ImageRow } from '../images/image.row.ts';
import { ObjectRow } from './object.row.ts';

/** What a writer is given. */
export type NewObject = Pick<ObjectRow, 'id' | 'image_id' | 'job_id' | 'region' | 'key'>;

/** The object that so-and-so writes for an image, under a key of its own. */
export function newObject({ id, region }: Pick<ImageRow, 'id' | 'region'>, jobId: string): NewObject {
  const objectId = uuidv7();
  return { id: objectId, image_id: id, job_id: jobId, region, key: imageObjectKey(id, objectId) };
}

/** Holds of servers on one object, or on every one. */
export interface ServerHolds {
  readonly server_ids: readonly string[];
  readonly object_id: string | null;
}

/** Rows of objects and of the references that keep them. Callers hold the lock of the image. */
@Injectable()
export class ObjectsRepository {
  /** The object one job writes for one image. */
  findOfJob(tx: EntityManager, imageId: string, jobId: string): Promise<ObjectRow | null> {
    return tx.findOne(ObjectRow, { where: { image_id: imageId, job_id: jobId } });
  }

  /** The object an image is read from. */
  async findOfImage(tx: EntityManager, imageId: string): Promise<ObjectRow | null> {
    const rows: ObjectRow[] = await tx.query(
      `SELECT o.* FROM catalog.object_references r JOIN catalog.objects o ON o.id = r.object_id
       WHERE r.holder_type = 'image' AND r.holder_id = $1 AND o.state = 'sealed'`,
      [imageId],
    );
    return rows[0] ?? null;
  }

  /** Remembers a writer that ended before it began, as something swept that is looked after for a while. */
  async insertEnded(tx: EntityManager, object: NewObject): Promise<void> {
    const now = (): string => 'now()';
    await tx
      .createQueryBuilder()
      .insert()
      .into(ObjectRow)
      .values({ ...object, state: 'abandoned', abandoned_at: now, writer_ended_at: now, sweep_at: now })
      .execute();
  }

  async insert(tx: EntityManager, object: NewObject): Promise<void> {
    await tx.insert(ObjectRow, { ...object, state: 'writing' });
  }

  /**
   * Seals what a job has written and lets the image keep it.
   * @throws Error when that job was given another object, or may not write it any more.
   */
  async seal(tx: EntityManager, imageId: string, jobId: string, stored: StoredObject): Promise<void> {
    const sealed = await tx
      .createQueryBuilder()
      .update(ObjectRow)
      .set({
        state: 'sealed',
        disk_format: stored.disk_format,
        size: stored.size,
        virtual_size: stored.virtual_size,
        allocated_bytes: stored.allocated_bytes,
        checksum: stored.checksum,
        os_hash_algo: stored.os_hash_algo,
        os_hash_value: stored.os_hash_value,
        index_hash: stored.index_hash,
        writer_ended_at: () => 'now()',
      })
      .where({ id: stored.object_id, key: stored.key, image_id: imageId, job_id: jobId, state: 'writing' })
      .execute();
    if (sealed.affected !== 1)
      throw new Error(`job ${jobId} wrote object ${stored.object_id}, which was not its to write`);
    await tx.query(
      `INSERT INTO catalog.object_references (object_id, holder_type, holder_id) VALUES ($1, 'image', $2)`,
      [stored.object_id, imageId],
    );
  }

  /** A job has ended: what it was still writing is abandoned, and nobody has to be waited for. */
  async writerEnded(tx: EntityManager, imageId: string, jobId: string): Promise<void> {
    await tx.query(
      `UPDATE catalog.objects
       SET state = 'abandoned', sweep_at = now(),
         abandoned_at = coalesce(abandoned_at, now()), writer_ended_at = coalesce(writer_ended_at, now())
       WHERE image_id = $1 AND job_id = $2 AND state IN ('writing', 'abandoned', 'swept')`,
      [imageId, jobId],
    );
  }

  /**
   * An image is gone: what it kept is abandoned unless something else keeps it, and so is what was being written for
   * it. A writer that has not ended is waited for, `graceSeconds` at most.
   */
  async release(tx: EntityManager, imageId: string, graceSeconds: number): Promise<void> {
    const [dropped] = await tx.query<[{ id: string }[], number]>(
      `DELETE FROM catalog.object_references WHERE holder_type = 'image' AND holder_id = $1 RETURNING object_id AS id`,
      [imageId],
    );
    const own: { id: string }[] = await tx.query('SELECT id FROM catalog.objects WHERE image_id = $1', [imageId]);
    const objectIds = [...dropped, ...own].map(({ id }) => id);
    await this.#abandonUnkept(tx, objectIds, graceSeconds);
  }

  /** Lets servers keep an object; those that do already are passed over. */
  async holdForServers(tx: EntityManager, objectId: string, serverIds: readonly string[]): Promise<void> {
    await tx.query(
      `INSERT INTO catalog.object_references (object_id, holder_type, holder_id)
       SELECT DISTINCT $1::uuid, 'server', server_id FROM unnest($2::uuid[]) AS server_id
       ON CONFLICT DO NOTHING`,
      [objectId, serverIds],
    );
  }

  /** Locks the images whose objects these holds keep, always in the same order, and answers their ids. */
  async lockHeldImages(tx: EntityManager, { server_ids, object_id }: ServerHolds): Promise<readonly string[]> {
    const images: { id: string }[] = await tx.query(
      `SELECT id FROM catalog.images WHERE id IN (
         SELECT o.image_id FROM catalog.object_references r JOIN catalog.objects o ON o.id = r.object_id
         WHERE r.holder_type = 'server' AND r.holder_id = ANY ($1::uuid[])
           AND ($2::uuid IS NULL OR r.object_id = $2))
       ORDER BY id FOR UPDATE`,
      [server_ids, object_id],
    );
    return images.map(({ id }) => id);
  }

  /**
   * Ends these holds on objects of images that are locked, and abandons what nothing keeps any more. Answers how many
   * there were. A hold that has come since on another image is younger than the wish to end it, and stays.
   */
  async releaseServers(
    tx: EntityManager,
    imageIds: readonly string[],
    { server_ids, object_id }: ServerHolds,
  ): Promise<number> {
    const [dropped] = await tx.query<[{ id: string }[], number]>(
      `DELETE FROM catalog.object_references r USING catalog.objects o
       WHERE o.id = r.object_id AND o.image_id = ANY ($1::uuid[]) AND ($3::uuid IS NULL OR r.object_id = $3)
         AND r.holder_type = 'server' AND r.holder_id = ANY ($2::uuid[])
       RETURNING r.object_id AS id`,
      [imageIds, server_ids, object_id],
    );
    const objectIds = dropped.map(({ id }) => id);
    await this.#abandonUnkept(tx, objectIds, 0);
    return dropped.length;
  }

  /** A statement of its own, after references have been dropped, so that it sees which are left. */
  async #abandonUnkept(tx: EntityManager, objectIds: readonly string[], graceSeconds: number): Promise<void> {
    await tx.query(
      `UPDATE catalog.objects o
       SET state = 'abandoned', abandoned_at = now(),
         sweep_at = CASE WHEN writer_ended_at IS NULL THEN now() + make_interval(secs => $2) ELSE now() END
       WHERE o.id = ANY ($1::uuid[]) AND o.state IN ('writing', 'sealed')
         AND NOT EXISTS (SELECT 1 FROM catalog.object_references r WHERE r.object_id = o.id)`,
      [[...new Set(objectIds)], graceSeconds],
    );
  }
}
