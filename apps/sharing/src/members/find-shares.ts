import {
  type ListImageShares,
  refusal,
  type RequestOf,
  type ResponseOf,
  type ShareRecord,
  type ShowImageShare,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ImageView } from './image-view.ts';
import { MembersRepository } from './members.repository.ts';
import { stands, toShareRecord } from './share-record.ts';

/** With whom an image is shared, for its owner; and for each member, that it is. */
@Injectable()
export class FindShares {
  constructor(
    private readonly db: DataSource,
    private readonly view: ImageView,
    private readonly members: MembersRepository,
  ) {}

  /** @throws Refusal image.not_found, auth.forbidden, share.public_image, share.not_shared */
  async ofImage(
    request: RequestOf<typeof ListImageShares>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ListImageShares>> {
    const image = await this.view.require('share.list', { ...request, context }, request.requires_shared);
    const shares = await this.#standing(image.id);
    if (!seesAll(image.owner, context))
      return { shares: shares.filter(({ project_id }) => project_id === context.project_id), figures: null };
    return { shares: [...shares], figures: { limit: await this.view.limitOf(image, context), used: shares.length } };
  }

  /** @throws Refusal as {@link ofImage}, and share.not_found */
  async show(
    request: RequestOf<typeof ShowImageShare>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ShowImageShare>> {
    const image = await this.view.require('share.list', { ...request, context }, request.requires_shared);
    const shares = await this.#standing(image.id);
    const share = shares.find(({ project_id }) => project_id === request.project_id);
    if (share === undefined || !(seesAll(image.owner, context) || share.project_id === context.project_id))
      throw refusal('share.not_found', 'The image is not shared with this project.');
    return { share };
  }

  async #standing(imageId: string): Promise<readonly ShareRecord[]> {
    const image = await this.members.find(this.db.manager, imageId);
    if (image === null || image.deleted) return [];
    const members = await this.members.membersOf(this.db.manager, imageId);
    return members.filter(stands).map((member) => toShareRecord(image, member));
  }
}

function seesAll(owner: string, { project_id, roles }: RequestContext): boolean {
  return owner === project_id || roles.includes('admin') || roles.includes('service');
}
