import { refusal } from '@imago/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CATALOG_CONFIG } from '../config-token.ts';
import type { CatalogConfig } from '../config.ts';
import type { ImageRow } from '../images/image.row.ts';
import { ObjectLines } from './object-lines.ts';
import type { ObjectRow } from './object.row.ts';

type Parent = Pick<ObjectRow, 'region' | 'state' | 'index_hash'> & Pick<ImageRow, 'owner' | 'visibility'>;

/** Decides what an image may be a layer on. */
@Injectable()
export class LayerParents {
  constructor(
    private readonly lines: ObjectLines,
    @Inject(CATALOG_CONFIG) private readonly config: CatalogConfig,
  ) {}

  /**
   * Locks the parent of a layer of an image, so that it stays until the transaction ends. Its own image may be deleted
   * already: what a server still stands on may be captured from it.
   * @throws Refusal image.parent_unusable
   */
  async require(tx: EntityManager, parentId: string, image: ImageRow): Promise<void> {
    const [parent]: Parent[] = await tx.query(
      `SELECT o.region, o.state, o.index_hash, i.owner, i.visibility
       FROM catalog.objects o JOIN catalog.images i ON i.id = o.image_id
       WHERE o.id = $1 FOR NO KEY UPDATE OF o`,
      [parentId],
    );
    // Another project's object and one that is not there read the same.
    if (parent?.region !== image.region || !isOpenTo(image.owner, parent))
      throw parentUnusable(parentId, 'is not there');
    if (parent.state !== 'sealed') throw parentUnusable(parentId, 'is not kept');
    if (parent.index_hash === null) throw parentUnusable(parentId, 'is not in the stored format');
    const most = this.config.CATALOG_MAXIMUM_LAYERS;
    if ((await this.lines.depth(tx, parentId)) >= most) {
      throw parentUnusable(parentId, `has as many layers as it may have: ${most}`);
    }
  }
}

function isOpenTo(project: string, { owner, visibility }: Parent): boolean {
  return owner === project || visibility === 'public';
}

export function parentUnusable(objectId: string, why: string): Error {
  return refusal('image.parent_unusable', `Nothing can be a layer on object ${objectId}: it ${why}.`);
}
