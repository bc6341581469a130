import { refusal } from '@imago/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Asking, ImageAccess } from '../images/image-access.ts';
import { MEMBERS_MAY_COPY } from '../images/image-attributes.ts';
import type { ImageRow } from '../images/image.row.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { requireNoPart } from '../images/machine-disks.ts';

/** Which image, and whether the operator lets projects copy what everybody sees. */
export interface WantedSource {
  readonly image_id: string;
  readonly public_images: boolean;
}

/** Decides which images a project may copy (R25): its own, and those it accepted whose owner lets members do it. */
@Injectable()
export class CopySources {
  constructor(
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
  ) {}

  /** @throws Refusal image.not_found, auth.forbidden, image.part_of_machine, copy.not_allowed, image.deactivated, image.not_active */
  async require(tx: EntityManager, { image_id, public_images }: WantedSource, asking: Asking): Promise<ImageRow> {
    const found = await this.images.find(tx, image_id);
    const isOpen = public_images && (found?.visibility === 'public' || found?.visibility === 'community');
    const image = await this.access.require(tx, isOpen ? 'image.use' : 'image.copy', found, asking);
    requireNoPart(image);
    if (!isOpen) requireOwnersLeave(image, asking);
    requireActive(image);
    return image;
  }
}

function requireOwnersLeave({ owner, properties }: ImageRow, { context }: Asking): void {
  if (owner === context.project_id || context.roles.includes('admin')) return;
  if (properties[MEMBERS_MAY_COPY] === 'true') return;
  throw refusal('copy.not_allowed', 'The owner of the image does not let members copy it.');
}

function requireActive({ id, status }: ImageRow): void {
  if (status === 'active') return;
  if (status === 'deactivated') throw refusal('image.deactivated', `Image ${id} is deactivated.`);
  throw refusal('image.not_active', `Image ${id} is ${status}.`, { status });
}
