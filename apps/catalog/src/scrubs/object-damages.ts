import { ObjectDamagedV1, ObjectRepairedV1 } from '@imago/contracts';
import { type Cause, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ImageNews } from '../images/image-news.ts';
import { ImageTransitions } from '../images/image-transitions.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import type { ObjectRow } from '../objects/object.row.ts';
import { damageReason } from './damage-reason.ts';
import type { ObjectFinding } from './inspect-object.ts';

type Damage = Extract<ObjectFinding, { type: 'damaged' }>;
type FoundObject = Pick<ObjectRow, 'id' | 'image_id' | 'region'>;

interface Affected {
  readonly image_id: string;
  /** The object is not the image's own. */
  readonly inherited: boolean;
}

/**
 * What it means for images that an object is not what was stored, and that it is again. What is read from it is closed as
 * an operator would close it, so that no server, export or copy is made of it; and opened when all its bytes are back,
 * unless somebody has closed it for another reason.
 */
@Injectable()
export class ObjectDamages {
  constructor(
    private readonly images: ImagesRepository,
    private readonly transitions: ImageTransitions,
    private readonly news: ImageNews,
    private readonly outbox: Outbox,
  ) {}

  /** Whether one of the objects is known to be damaged. */
  async areAny(tx: EntityManager, objectIds: readonly string[]): Promise<boolean> {
    const found: unknown[] = await tx.query(
      'SELECT 1 FROM catalog.object_damages WHERE object_id = ANY ($1::uuid[]) LIMIT 1',
      [objectIds],
    );
    return found.length > 0;
  }

  /**
   * Closes the images that are read from the object, those among them that were made upon it since it was found. False when
   * nobody wants the object any more: then nothing is wrong.
   */
  async found(tx: EntityManager, object: FoundObject, damage: Damage, cause: Cause): Promise<boolean> {
    const affected = await this.#lockAffected(tx, object.id);
    if (!(await isSealed(tx, object.id))) return false;
    const { problem, detail } = damage;
    const [known]: { is_new: boolean; found_at: Date }[] = await tx.query(
      `INSERT INTO catalog.object_damages (object_id, problem, detail) VALUES ($1, $2, $3)
       ON CONFLICT (object_id) DO UPDATE SET problem = $2, detail = $3, seen_at = clock_timestamp()
       RETURNING xmax = 0 AS is_new, found_at`,
      [object.id, problem, detail],
    );
    for (const each of affected) await this.#close(tx, { ...each, object_id: object.id, problem }, cause);
    if (known?.is_new !== true) return true;
    const data = { ...named(object), problem, detail, found_at: known.found_at.toISOString() };
    await this.outbox.add(tx, { ...(await this.#about(tx, object)), event: ObjectDamagedV1, data }, cause);
    return true;
  }

  /** The object is what was stored. @returns whether it was known to be damaged */
  async whole(tx: EntityManager, object: FoundObject, cause: Cause): Promise<boolean> {
    if (!(await this.areAny(tx, [object.id]))) return false;
    await this.#lockAffected(tx, object.id);
    const closed: { image_id: string; deactivated: boolean }[] = await tx.query(
      'SELECT image_id, deactivated FROM catalog.image_damages WHERE object_id = $1 ORDER BY image_id',
      [object.id],
    );
    await tx.query('DELETE FROM catalog.object_damages WHERE object_id = $1', [object.id]);
    for (const { image_id, deactivated } of closed) await this.#open(tx, image_id, deactivated, cause);
    const data = named(object);
    await this.outbox.add(tx, { ...(await this.#about(tx, object)), event: ObjectRepairedV1, data }, cause);
    return true;
  }

  async #close(
    tx: EntityManager,
    { image_id, object_id, inherited, problem }: Affected & { object_id: string } & Pick<Damage, 'problem'>,
    cause: Cause,
  ): Promise<void> {
    const image = await this.images.find(tx, image_id);
    if (image === null) return;
    const deactivated = image.status === 'active';
    if (!deactivated && image.status !== 'deactivated') return; // gone before it was locked
    const isNew: unknown[] = await tx.query(
      `INSERT INTO catalog.image_damages (image_id, object_id, inherited, deactivated) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING image_id`,
      [image_id, object_id, inherited, deactivated],
    );
    if (isNew.length === 0) return;
    const closing = { trigger: 'closed', changes: { closed_by_operator: true }, cause } as const;
    const step = deactivated ? await this.transitions.apply(tx, image, closing) : null;
    const error = damageReason(image_id, { problem, inherited });
    await this.news.damaged(tx, step?.image ?? image, { inherited, deactivated, error }, cause);
  }

  async #open(tx: EntityManager, imageId: string, deactivated: boolean, cause: Cause): Promise<void> {
    const [left] = await tx.query<[unknown[], number]>(
      'UPDATE catalog.image_damages SET deactivated = deactivated OR $2 WHERE image_id = $1 RETURNING image_id',
      [imageId, deactivated],
    );
    const image = left.length === 0 ? await this.images.find(tx, imageId) : null;
    if (image?.status !== 'deactivated') return; // more of it is damaged, or it is gone
    const opening = { trigger: 'opened', changes: { closed_by_operator: false }, cause } as const;
    const step = deactivated ? await this.transitions.apply(tx, image, opening) : null;
    await this.news.repaired(tx, step?.image ?? image, { reactivated: step !== null }, cause);
  }

  /** Images before objects, and in the order of their ids: so nobody waits in a circle. */
  async #lockAffected(tx: EntityManager, objectId: string): Promise<readonly Affected[]> {
    const affected: Affected[] = await tx.query(AFFECTED, [objectId]);
    for (const { image_id } of affected) await this.images.lock(tx, image_id);
    return affected;
  }

  /** It is told to operators, and to the services that hold something against it. */
  async #about(
    tx: EntityManager,
    { id, image_id, region }: FoundObject,
  ): Promise<{ subject: string; project_id: string; region: string; audience: [] }> {
    const image = await this.images.find(tx, image_id);
    if (image === null) throw new Error(`object ${id} is of an image that never was`);
    return { subject: id, project_id: image.owner, region, audience: [] };
  }
}

/**
 * The images that are read from an object: its own, and those made upon it. A disk of a machine is not used without the
 * machine, which is what its owner knows.
 */
export const AFFECTED = `WITH RECURSIVE above AS (
    SELECT id FROM catalog.objects WHERE id = $1
    UNION
    SELECT layer.id FROM above JOIN catalog.objects layer ON layer.parent_object_id = above.id AND layer.state = 'sealed')
  SELECT coalesce(i.machine_image_id, i.id) AS image_id, bool_and(above.id <> $1) AS inherited
  FROM above
  JOIN catalog.object_references r ON r.object_id = above.id AND r.holder_type = 'image'
  JOIN catalog.images i ON i.id = r.holder_id AND i.status IN ('active', 'deactivated')
  GROUP BY 1 ORDER BY 1`;

function named({ id: object_id, image_id, region }: FoundObject): {
  object_id: string;
  image_id: string;
  region: string;
} {
  return { object_id, image_id, region };
}

/** Under the lock of its images. */
async function isSealed(tx: EntityManager, objectId: string): Promise<boolean> {
  const sealed: unknown[] = await tx.query(
    `SELECT 1 FROM catalog.objects WHERE id = $1 AND state = 'sealed' FOR NO KEY UPDATE`,
    [objectId],
  );
  return sealed.length > 0;
}
