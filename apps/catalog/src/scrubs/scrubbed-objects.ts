import type { HeldObject } from '@imago/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { layerObject } from '../objects/held-object.ts';
import { ObjectLines } from '../objects/object-lines.ts';
import type { ObjectRow } from '../objects/object.row.ts';
import type { Turn } from './scrub-turns.ts';

/** An object that is to be what it was when it was sealed. */
export type ScrubbedObject = Pick<ObjectRow, (typeof COLUMNS)[number]>;

const COLUMNS = [
  ...(['id', 'image_id', 'region', 'key', 'size', 'stored_size', 'virtual_size'] as const),
  ...(['index_hash', 'os_hash_value', 'own_sha512', 'parent_object_id'] as const),
] as const;

/** The objects of a round, and what is known of each. */
@Injectable()
export class ScrubbedObjects {
  constructor(
    private readonly db: DataSource,
    private readonly lines: ObjectLines,
  ) {}

  /**
   * The next object of the round, in the order of their ids: a parent comes before the layers on it. What was begun after
   * the round is for the next one, or a round in a busy store would have no end.
   */
  async next({ region, started_at, after_object_id }: Turn): Promise<ScrubbedObject | null> {
    const [next]: ScrubbedObject[] = await this.db.query(
      `SELECT ${COLUMNS.join(', ')} FROM catalog.objects
       WHERE region = $1 AND state = 'sealed' AND created_at <= $2 AND ($3::uuid IS NULL OR id > $3)
       ORDER BY id LIMIT 1`,
      [region, started_at, after_object_id],
    );
    return next ?? null;
  }

  /** The object as what a disk is read from; null when it is gone. */
  async held({ id }: ScrubbedObject): Promise<HeldObject | null> {
    const [object, ...under] = await this.lines.ofObject(this.db.manager, id);
    if (object?.virtual_size == null || object.index_hash === null) return null;
    const { virtual_size, index_hash } = object;
    return { ...layerObject(object), disk_format: 'qcow2', virtual_size, index_hash, layers: under.map(layerObject) };
  }

  /** The hash of a layer's own bytes is known from now on. */
  async learn(tx: EntityManager, { id }: ScrubbedObject, sha512: string): Promise<void> {
    await tx.query(`UPDATE catalog.objects SET own_sha512 = $2 WHERE id = $1 AND state = 'sealed'`, [id, sha512]);
  }

  /** How many objects of a region are known to be damaged. */
  async countDamaged(region: string): Promise<number> {
    const [row]: { count: number }[] = await this.db.query(
      `SELECT count(*)::integer AS count FROM catalog.object_damages d
       JOIN catalog.objects o ON o.id = d.object_id AND o.region = $1 AND o.state = 'sealed'`,
      [region],
    );
    return row?.count ?? 0;
  }
}
