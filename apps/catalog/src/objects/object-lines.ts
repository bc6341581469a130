import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ObjectRow } from './object.row.ts';

/**
 * A line is an object, the one it is a layer on, and so on, the base last. What is abandoned lets go of its parent in the
 * same transaction, and so on down its line, so that a layer never outlives what it lies on, nor a parent its last layer.
 *
 * Whoever drops references locks every object that may fall with them first, all at once and in the order of their ids:
 * so two that end at the same moment see each other's end, and nobody waits in a circle. Images are locked before objects.
 */
@Injectable()
export class ObjectLines {
  /** What an image is read from; empty while there is nothing. One statement, so that it is of one moment. */
  ofImage(tx: EntityManager, imageId: string): Promise<readonly ObjectRow[]> {
    return tx.query<ObjectRow[]>(
      `WITH RECURSIVE line AS (
         SELECT o.*, 0 AS depth FROM catalog.object_references r JOIN catalog.objects o ON o.id = r.object_id
         WHERE r.holder_type = 'image' AND r.holder_id = $1 AND o.state = 'sealed'
         UNION ALL
         SELECT parent.*, line.depth + 1 FROM line JOIN catalog.objects parent ON parent.id = line.parent_object_id)
       SELECT * FROM line ORDER BY depth`,
      [imageId],
    );
  }

  /** A sealed object and what it lies on; empty when it is gone. */
  ofObject(tx: EntityManager, objectId: string): Promise<readonly ObjectRow[]> {
    return tx.query<ObjectRow[]>(
      `WITH RECURSIVE line AS (
         SELECT o.*, 0 AS depth FROM catalog.objects o WHERE o.id = $1 AND o.state = 'sealed'
         UNION ALL
         SELECT parent.*, line.depth + 1 FROM line JOIN catalog.objects parent ON parent.id = line.parent_object_id)
       SELECT * FROM line ORDER BY depth`,
      [objectId],
    );
  }

  /** How many objects an object lies on: 0 of a base. */
  async depth(tx: EntityManager, objectId: string): Promise<number> {
    const line: unknown[] = await tx.query(`${LINE} SELECT id FROM line`, [[objectId]]);
    return line.length - 1;
  }

  /** Locks objects and everything they lie on. */
  async lock(tx: EntityManager, objectIds: readonly string[]): Promise<void> {
    await tx.query(
      `${LINE} SELECT id FROM catalog.objects WHERE id IN (SELECT id FROM line) ORDER BY id FOR NO KEY UPDATE`,
      [objectIds],
    );
  }

  /** Lets a new layer keep its parent, which is locked and sealed. */
  async keepParent(tx: EntityManager, layer: Pick<ObjectRow, 'id' | 'parent_object_id'>): Promise<void> {
    await tx.query(
      `INSERT INTO catalog.object_references (object_id, holder_type, holder_id) VALUES ($1, 'layer', $2)`,
      [layer.parent_object_id, layer.id],
    );
  }

  /** Abandons what nothing keeps any more. A writer that has not ended is waited for, `graceSeconds` at most. */
  async abandonUnkept(tx: EntityManager, objectIds: readonly string[], graceSeconds: number): Promise<void> {
    await this.lock(tx, objectIds);
    // Statements of their own after the lock, so that they see which references are left.
    for (let ids: readonly string[] = [...new Set(objectIds)]; ids.length > 0;) {
      const [abandoned] = await tx.query<[{ id: string }[], number]>(
        `UPDATE catalog.objects o
         SET state = 'abandoned', parent_object_id = NULL, abandoned_at = now(),
           sweep_at = CASE WHEN writer_ended_at IS NULL THEN now() + make_interval(secs => $2) ELSE now() END
         WHERE o.id = ANY ($1::uuid[]) AND o.state IN ('writing', 'sealed')
           AND NOT EXISTS (SELECT 1 FROM catalog.object_references r WHERE r.object_id = o.id)
         RETURNING o.id`,
        [ids, graceSeconds],
      );
      ids = await this.#leaveParents(
        tx,
        abandoned.map(({ id }) => id),
      );
    }
  }

  /** These objects are layers no more: their parents go when nothing else keeps them. Their lines are locked. */
  async letGo(tx: EntityManager, layerIds: readonly string[]): Promise<void> {
    await this.abandonUnkept(tx, await this.#leaveParents(tx, layerIds), 0);
  }

  async #leaveParents(tx: EntityManager, layerIds: readonly string[]): Promise<readonly string[]> {
    const [left] = await tx.query<[{ id: string }[], number]>(
      `DELETE FROM catalog.object_references WHERE holder_type = 'layer' AND holder_id = ANY ($1::uuid[])
       RETURNING object_id AS id`,
      [layerIds],
    );
    return left.map(({ id }) => id);
  }
}

/** The ids of the lines that begin with the objects of the first parameter. */
const LINE = `WITH RECURSIVE line AS (
  SELECT id, parent_object_id FROM catalog.objects WHERE id = ANY ($1::uuid[])
  UNION
  SELECT parent.id, parent.parent_object_id FROM line JOIN catalog.objects parent ON parent.id = line.parent_object_id)`;
