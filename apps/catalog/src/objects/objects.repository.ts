import type { CapturedObject, StoredObject } from '@imago/contracts';
import { imageObjectKey } from '@imago/object-store';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { ImageRow } from '../images/image.row.ts';
import { ObjectLines } from './object-lines.ts';
import { ObjectRow } from './object.row.ts';

/** What a writer is given. */
export type NewObject = Pick<ObjectRow, 'id' | 'image_id' | 'job_id' | 'region' | 'key' | 'parent_object_id'> &
  Partial<Pick<ObjectRow, 'staged' | 'size'>>;

/** What a writer has stored: an object that is a file by itself, or maybe a layer. */
export type WrittenObject = StoredObject | CapturedObject;

/** The hashes of the file an image gives. */
export type FileHashes = Pick<StoredObject, 'checksum' | 'os_hash_algo' | 'os_hash_value'>;

/** The object that so-and-so writes for an image, under a key of its own, as a layer or whole. */
export function newObject(
  { id, region }: Pick<ImageRow, 'id' | 'region'>,
  jobId: string,
  parentId: string | null = null,
): NewObject {
  const objectId = uuidv7();
  const key = imageObjectKey(id, objectId);
  return { id: objectId, image_id: id, job_id: jobId, region, key, parent_object_id: parentId };
}

/** Holds of servers on one object, or on every one. */
export interface ServerHolds {
  readonly disk_ids: readonly string[];
  readonly object_id: string | null;
}

/** Rows of objects and of the references that keep them. Callers hold the lock of the image. */
@Injectable()
export class ObjectsRepository {
  constructor(private readonly lines: ObjectLines) {}

  /** The object one job writes for one image. */
  findOfJob(tx: EntityManager, imageId: string, jobId: string): Promise<ObjectRow | null> {
    return tx.findOne(ObjectRow, { where: { image_id: imageId, job_id: jobId } });
  }

  /** The file that is or was staged for an image and waits for its import: what no job writes but an upload. */
  async findStaged(tx: EntityManager, imageId: string): Promise<ObjectRow | null> {
    const staged = { image_id: imageId, state: 'writing' as const, staged: true };
    return tx.findOne(ObjectRow, { where: staged });
  }

  /** How large a staged file has come to be, for whoever counts what waits to be imported. */
  async noteStaged(tx: EntityManager, imageId: string, jobId: string, size: string): Promise<void> {
    await tx.update(ObjectRow, { image_id: imageId, job_id: jobId, staged: true }, { size });
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

  /** The parent of a layer is locked and sealed; it is kept from now on. */
  async insert(tx: EntityManager, object: NewObject): Promise<void> {
    await tx.insert(ObjectRow, { ...object, state: 'writing' });
    if (object.parent_object_id !== null) await this.lines.keepParent(tx, object);
  }

  /**
   * Seals what a job has written and lets the image keep it. What was to be a layer may have been stored whole after all.
   * @throws Error when that job was given another object or another parent, or may not write it any more.
   */
  async seal(tx: EntityManager, imageId: string, jobId: string, stored: WrittenObject): Promise<void> {
    const written = await this.findOfJob(tx, imageId, jobId);
    const { parent_object_id, stored_size } = 'stored_size' in stored ? stored : { ...stored, ...WHOLE };
    const isItsOwn = written?.state === 'writing' && written.id === stored.object_id && written.key === stored.key;
    if (!isItsOwn || (parent_object_id !== null && parent_object_id !== written.parent_object_id)) {
      throw new Error(`job ${jobId} wrote object ${stored.object_id}, which was not its to write`);
    }
    const isWholeAfterAll = written.parent_object_id !== parent_object_id;
    if (isWholeAfterAll) await this.lines.lock(tx, [written.id]);
    await tx.update(
      ObjectRow,
      { id: written.id },
      {
        state: 'sealed',
        disk_format: stored.disk_format,
        size: stored.size,
        stored_size: stored_size ?? stored.size,
        virtual_size: stored.virtual_size,
        allocated_bytes: stored.allocated_bytes,
        checksum: stored.checksum,
        os_hash_algo: stored.os_hash_algo,
        os_hash_value: stored.os_hash_value,
        index_hash: stored.index_hash,
        parent_object_id,
        writer_ended_at: () => 'now()',
      },
    );
    await tx.query(
      `INSERT INTO catalog.object_references (object_id, holder_type, holder_id) VALUES ($1, 'image', $2)`,
      [written.id, imageId],
    );
    if (isWholeAfterAll) await this.lines.letGo(tx, [written.id]);
  }

  /** Seals what a job has written and lets the image keep that instead of what it kept. Throws as {@link seal}. */
  async replace(tx: EntityManager, imageId: string, jobId: string, stored: WrittenObject): Promise<void> {
    const replaced = await this.#dropImages(tx, [imageId]);
    await this.seal(tx, imageId, jobId, stored);
    await this.lines.abandonUnkept(tx, replaced, 0);
  }

  /** The hashes of the file that an object gives are known now. */
  async describe(
    tx: EntityManager,
    objectId: string,
    { checksum, os_hash_algo, os_hash_value }: FileHashes,
  ): Promise<void> {
    await tx.update(ObjectRow, { id: objectId }, { checksum, os_hash_algo, os_hash_value });
  }

  /** A job has ended: what it was still writing for these images is abandoned, and nobody has to be waited for. */
  async writerEnded(tx: EntityManager, imageIds: readonly string[], jobId: string): Promise<void> {
    const written = await tx.find(ObjectRow, {
      select: { id: true },
      where: { image_id: In(imageIds), job_id: jobId },
    });
    const ids = written.map(({ id }) => id);
    await this.lines.lock(tx, ids);
    const [ended] = await tx.query<[{ id: string }[], number]>(
      `UPDATE catalog.objects
       SET state = 'abandoned', parent_object_id = NULL, sweep_at = now(),
         abandoned_at = coalesce(abandoned_at, now()), writer_ended_at = coalesce(writer_ended_at, now())
       WHERE id = ANY ($1::uuid[]) AND state IN ('writing', 'abandoned', 'swept')
       RETURNING id`,
      [ids],
    );
    await this.lines.letGo(
      tx,
      ended.map(({ id }) => id),
    );
  }

  /**
   * Images are gone: what they kept is abandoned unless something else keeps it, and so is what was being written for
   * them. A writer that has not ended is waited for, `graceSeconds` at most.
   */
  async release(tx: EntityManager, imageIds: readonly string[], graceSeconds: number): Promise<void> {
    const dropped = await this.#dropImages(tx, imageIds);
    const own = await tx.find(ObjectRow, { select: { id: true }, where: { image_id: In(imageIds) } });
    await this.lines.abandonUnkept(tx, [...dropped, ...own.map(({ id }) => id)], graceSeconds);
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

  /** Keeps a sealed object for a disk. False when it is not there any more, or about to go. */
  async holdSealed(tx: EntityManager, objectId: string, diskId: string): Promise<boolean> {
    await tx.query(
      `SELECT 1 FROM catalog.images WHERE id = (SELECT image_id FROM catalog.objects WHERE id = $1) FOR UPDATE`,
      [objectId],
    );
    // Only under the lock of its image it stays what it is.
    const sealed: unknown[] = await tx.query(`SELECT 1 FROM catalog.objects WHERE id = $1 AND state = 'sealed'`, [
      objectId,
    ]);
    if (sealed.length > 0) await this.holdForServers(tx, objectId, [diskId]);
    return sealed.length > 0;
  }

  /** The objects kept for a disk. */
  async heldBy(tx: EntityManager, diskId: string): Promise<readonly string[]> {
    const rows: { object_id: string }[] = await tx.query(
      `SELECT object_id FROM catalog.object_references WHERE holder_type = 'server' AND holder_id = $1`,
      [diskId],
    );
    return rows.map(({ object_id }) => object_id);
  }

  /** Locks the images whose objects these holds keep, always in the same order, and answers their ids. */
  async lockHeldImages(tx: EntityManager, { disk_ids, object_id }: ServerHolds): Promise<readonly string[]> {
    const images: { id: string }[] = await tx.query(
      `SELECT id FROM catalog.images WHERE id IN (
         SELECT o.image_id FROM catalog.object_references r JOIN catalog.objects o ON o.id = r.object_id
         WHERE r.holder_type = 'server' AND r.holder_id = ANY ($1::uuid[])
           AND ($2::uuid IS NULL OR r.object_id = $2))
       ORDER BY id FOR UPDATE`,
      [disk_ids, object_id],
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
    { disk_ids, object_id }: ServerHolds,
  ): Promise<number> {
    const [dropped] = await tx.query<[{ id: string }[], number]>(
      `DELETE FROM catalog.object_references r USING catalog.objects o
       WHERE o.id = r.object_id AND o.image_id = ANY ($1::uuid[]) AND ($3::uuid IS NULL OR r.object_id = $3)
         AND r.holder_type = 'server' AND r.holder_id = ANY ($2::uuid[])
       RETURNING r.object_id AS id`,
      [imageIds, disk_ids, object_id],
    );
    const objectIds = dropped.map(({ id }) => id);
    await this.lines.abandonUnkept(tx, objectIds, 0);
    return dropped.length;
  }

  /** Images keep nothing any more; answers what they kept. */
  async #dropImages(tx: EntityManager, imageIds: readonly string[]): Promise<readonly string[]> {
    const [dropped] = await tx.query<[{ id: string }[], number]>(
      `DELETE FROM catalog.object_references WHERE holder_type = 'image' AND holder_id = ANY ($1::uuid[])
       RETURNING object_id AS id`,
      [imageIds],
    );
    return dropped.map(({ id }) => id);
  }
}

const WHOLE = { parent_object_id: null, stored_size: null } as const;
