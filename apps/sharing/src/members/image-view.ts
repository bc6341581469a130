import { GetImage, GetLimit, type ShownImage, refusal } from '@imago/contracts';
import { type Action, type Relation, requireAllowed, type RequestContext, serviceContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { MembersRepository } from './members.repository.ts';
import { stands } from './share-record.ts';

/** An image in a region, and who asks for it. */
export interface ImageQuestion {
  readonly image_id: string;
  readonly region: string;
  readonly context: RequestContext;
}

/** A disk of a machine is shared with the machine. @throws Refusal image.part_of_machine */
function requireNoPart({ id, machine_image_id }: ShownImage): void {
  if (machine_image_id === null) return;
  throw refusal('image.part_of_machine', `Image ${id} is a data disk of full-machine image ${machine_image_id}.`, {
    machine_image_id,
  });
}

/** What catalog and quota say of an image whose members are asked for. */
@Injectable()
export class ImageView {
  constructor(
    private readonly db: DataSource,
    private readonly members: MembersRepository,
    private readonly requests: RequestClient,
  ) {}

  /**
   * The image, when the caller may do this with its members. Whether it can be seen at all, catalog says.
   * @throws Refusal image.not_found, auth.forbidden, image.part_of_machine, share.public_image, share.not_shared
   */
  async require(action: Action, asked: ImageQuestion, requiresShared: boolean): Promise<ShownImage> {
    const { image_id, region, context } = asked;
    const { image } = await this.requests.send(GetImage, { image_id, region }, { context });
    requireAllowed(action, context, await this.#relation(image, context.project_id));
    requireNoPart(image);
    if (image.visibility === 'public' || image.visibility === 'community')
      throw refusal('share.public_image', 'A public image has no members: everybody has it.');
    if (requiresShared && image.visibility !== 'shared')
      throw refusal('share.not_shared', 'Only shared images have members.');
    return image;
  }

  /** Members each image of its owner may have. */
  async limitOf({ owner, region }: ShownImage, context: RequestContext): Promise<number> {
    const { limit } = await this.requests.send(
      GetLimit,
      { project_id: owner, region, resource: 'members_per_image' },
      { context: serviceContext('sharing', owner, context.correlation_id) },
    );
    return limit;
  }

  async #relation({ id, owner, visibility }: ShownImage, project: string): Promise<Relation> {
    if (owner === project) return 'owner';
    if (visibility !== 'shared') return 'public'; // catalog showed it to somebody whose it is not
    const member = await this.members.member(this.db.manager, id, project);
    return member !== null && stands(member) ? member.status : 'none';
  }
}
