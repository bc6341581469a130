import {
  type GetImageDamages,
  type ObjectProblem,
  refusalFrom,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ImageAccess } from '../images/image-access.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { damageReason } from './damage-reason.ts';

interface DamageRow {
  readonly problem: ObjectProblem;
  readonly inherited: boolean;
  readonly found_at: Date;
}

/** What of an image is damaged, for those who have it, and what that keeps them from. */
@Injectable()
export class ImageDamages {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
  ) {}

  /** @throws Refusal image.not_found, auth.forbidden */
  async get(
    { image_id, region }: RequestOf<typeof GetImageDamages>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof GetImageDamages>> {
    const tx = this.db.manager;
    const found = await this.images.find(tx, image_id);
    const image = await this.access.require(tx, 'image.damages', found, { region, context });
    const damages = await damagesOf(tx, image.machine_image_id ?? image.id);
    return {
      image_id,
      damages: damages.map(({ found_at, inherited, problem }) => ({
        inherited,
        found_at: found_at.toISOString(),
        error: damageReason(image_id, { problem, inherited }),
      })),
    };
  }

  /** An image that lacks bytes is not used, whoever wants it. @throws Refusal image.damaged */
  async requireWhole(tx: EntityManager, imageId: string): Promise<void> {
    const [damage] = await damagesOf(tx, imageId);
    if (damage !== undefined) throw refusalFrom(damageReason(imageId, damage));
  }

  /** Whoever closes a damaged image means it: it stays closed when its bytes are back. */
  async closedForAnotherReason(tx: EntityManager, imageId: string): Promise<void> {
    await tx.query('UPDATE catalog.image_damages SET deactivated = false WHERE image_id = $1', [imageId]);
  }
}

function damagesOf(tx: EntityManager, imageId: string): Promise<DamageRow[]> {
  return tx.query(
    `SELECT d.problem, i.inherited, d.found_at FROM catalog.image_damages i
     JOIN catalog.object_damages d ON d.object_id = i.object_id
     WHERE i.image_id = $1 ORDER BY d.found_at DESC, d.object_id LIMIT 100`,
    [imageId],
  );
}
