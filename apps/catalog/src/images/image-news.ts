import {
  BootProofWantedV1,
  type DataOf,
  ImageDamagedV1,
  ImageDeletedV1,
  type ImageReview,
  ImagePublishedV1,
  ImageRepairedV1,
  ImageReviewedV1,
  ImageUnpublishedV1,
} from '@imago/contracts';
import { type Cause, type NewEvent, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ImageMembersRepository } from '../members/image-members.repository.ts';
import { imageUpdated, lifecycleEvent } from './image-events.ts';
import type { LifecycleEvent } from './image-lifecycle.ts';
import { toRecord } from './image-record.ts';
import type { ImageRow } from './image.row.ts';

/** Tells what happens to images, to their owners and to those who accepted them. */
@Injectable()
export class ImageNews {
  constructor(
    private readonly outbox: Outbox,
    private readonly members: ImageMembersRepository,
  ) {}

  /** A step in the life of an image. Answers the event's id. */
  lifecycle(tx: EntityManager, name: LifecycleEvent, image: ImageRow, cause: Cause): Promise<string> {
    return name === 'ImageDeleted'
      ? this.#deleted(tx, image, cause)
      : this.#tell(tx, image, lifecycleEvent(name, image), cause);
  }

  /** Attributes and properties of an image have changed. Answers the event's id. */
  updated(tx: EntityManager, image: ImageRow, changed: readonly string[], cause: Cause): Promise<string> {
    return this.#tell(tx, image, imageUpdated(image, changed), cause);
  }

  reviewed(tx: EntityManager, image: ImageRow, review: ImageReview, cause: Cause): Promise<string> {
    return this.outbox.add(tx, about(image, ImageReviewedV1, { image: toRecord(image), review }), cause);
  }

  published(tx: EntityManager, image: ImageRow, review: ImageReview, cause: Cause): Promise<string> {
    return this.outbox.add(tx, about(image, ImagePublishedV1, { image: toRecord(image), review }), cause);
  }

  unpublished(tx: EntityManager, image: ImageRow, cause: Cause): Promise<string> {
    return this.outbox.add(tx, about(image, ImageUnpublishedV1, { image: toRecord(image) }), cause);
  }

  /** It is active, and to be booted once. */
  bootProofWanted(tx: EntityManager, image: ImageRow, cause: Cause): Promise<string> {
    const { id: image_id, owner, region } = image;
    return this.outbox.add(tx, about(image, BootProofWantedV1, { image_id, owner, region }), cause);
  }

  /** Bytes it is read from are not what was stored. */
  damaged(
    tx: EntityManager,
    image: ImageRow,
    damage: Omit<DataOf<typeof ImageDamagedV1>, keyof Named>,
    cause: Cause,
  ): Promise<string> {
    return this.#tell(tx, image, about(image, ImageDamagedV1, { ...named(image), ...damage }), cause);
  }

  /** All its bytes are what was stored again. */
  repaired(
    tx: EntityManager,
    image: ImageRow,
    repair: Omit<DataOf<typeof ImageRepairedV1>, keyof Named>,
    cause: Cause,
  ): Promise<string> {
    return this.#tell(tx, image, about(image, ImageRepairedV1, { ...named(image), ...repair }), cause);
  }

  /** Its owner is told who loses it. They are told one by one, by sharing: no member learns of another. */
  async #deleted(tx: EntityManager, image: ImageRow, cause: Cause): Promise<string> {
    const members = await this.losing(tx, image);
    const event = about(image, ImageDeletedV1, { image: toRecord(image), members: [...members] });
    return this.outbox.add(tx, event, cause);
  }

  /** The projects that lose an image when it is deleted. */
  async losing(tx: EntityManager, { id, visibility }: ImageRow): Promise<readonly string[]> {
    return visibility === 'shared' ? this.members.projectsOf(tx, id, ['accepted', 'pending']) : [];
  }

  async #tell(tx: EntityManager, image: ImageRow, event: NewEvent, cause: Cause): Promise<string> {
    const members = image.visibility === 'shared' ? await this.members.projectsOf(tx, image.id, ['accepted']) : [];
    return this.outbox.add(tx, { ...event, audience: [image.owner, ...members] }, cause);
  }
}

function about<E extends NewEvent['event']>(image: ImageRow, event: E, data: NewEvent<E>['data']): NewEvent {
  return { event, subject: image.id, data, project_id: image.owner, region: image.region, sequence: image.version };
}

type Named = Record<'image_id' | 'owner' | 'region', string> & { readonly name: string | null };

function named({ id: image_id, name, owner, region }: ImageRow): Named {
  return { image_id, name, owner, region };
}
