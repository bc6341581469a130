import type { ShareRecord, Visibility } from '@imago/contracts';
import type { Cause } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ImageNews } from '../images/image-news.ts';
import type { ImageRow } from '../images/image.row.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { ImageMembersRepository } from './image-members.repository.ts';

/** A project that came to an image or left it. */
export interface ListChange {
  readonly share: ShareRecord;
  readonly list_version: number;
  /** What the image is with this list: `private` by the last to leave, `shared` by whoever came, or as it was. */
  readonly becomes: 'shared' | 'private' | 'as_it_was';
}

/**
 * What sharing tells, as far as it decides who sees what. Events come late, repeatedly and in any order: of two about one
 * share, and of two about one image's list, the one with the higher version counts.
 */
@Injectable()
export class ShareOutcomes {
  constructor(
    private readonly images: ImagesRepository,
    private readonly members: ImageMembersRepository,
    private readonly news: ImageNews,
  ) {}

  async answered(tx: EntityManager, share: ShareRecord): Promise<void> {
    await this.#lock(tx, share);
    await this.members.store(tx, share);
  }

  async listed(tx: EntityManager, { share, list_version, becomes }: ListChange, cause: Cause): Promise<void> {
    const image = await this.#lock(tx, share);
    await this.members.store(tx, share);
    if (list_version <= image.sharing_version) return;
    const sharing_version = list_version;
    // As it was before means shared, where somebody came of whom nothing was heard yet.
    const skipped = list_version > image.sharing_version + 1;
    const visibility = becomes === 'as_it_was' ? (skipped ? 'shared' : image.visibility) : becomes;
    if (mayBecome(image, visibility)) {
      const changed = await this.images.update(tx, image, { sharing_version, visibility });
      await this.news.updated(tx, changed, ['visibility'], cause);
    } else {
      await this.images.noteSharing(tx, image, sharing_version);
    }
  }

  /** Sharing asked for the image before it shared it, so one that is missing is a fault worth an operator's look. */
  async #lock(tx: EntityManager, { image_id }: ShareRecord): Promise<ImageRow> {
    const image = await this.images.lock(tx, image_id);
    if (image === null) throw new Error(`image ${image_id} is shared and was never registered`);
    return image;
  }
}

/** Whoever made the image public, or for a community, decides over it; what is deleted stays as it was. */
function mayBecome({ status, visibility }: ImageRow, becomes: Visibility): boolean {
  const isBetweenProjects = visibility === 'private' || visibility === 'shared';
  return status !== 'deleted' && isBetweenProjects && visibility !== becomes;
}
