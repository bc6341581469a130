import type { Cause } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type LifecycleTrigger, transition } from './image-lifecycle.ts';
import { ImageNews } from './image-news.ts';
import type { ImageRow } from './image.row.ts';
import { type ImageChanges, ImagesRepository, type NewImage } from './images.repository.ts';

/** An image after a transition, and the event that tells of it. */
export interface Transitioned {
  readonly image: ImageRow;
  readonly event_id: string;
}

/** The only place where an image's status changes: the table decides, row and event are of one transaction. */
@Injectable()
export class ImageTransitions {
  constructor(
    private readonly images: ImagesRepository,
    private readonly news: ImageNews,
  ) {}

  /**
   * Brings an image into being, and with it the images of its data disks, of which it tells. Rejects with Postgres's
   * unique violation when an id is taken.
   */
  async register(
    tx: EntityManager,
    image: Omit<NewImage, 'status'>,
    disks: readonly Omit<NewImage, 'status'>[],
    cause: Cause,
  ): Promise<Transitioned> {
    const step = transition('unregistered', 'registered');
    if (step === null) throw new Error('the life of an image has no beginning');
    const inserted = await this.images.insert(tx, { ...image, status: step.to });
    for (const disk of disks) await this.images.insert(tx, { ...disk, status: step.to });
    return { image: inserted, event_id: await this.news.lifecycle(tx, step.event, inserted, cause) };
  }

  /** Applies a trigger to an image locked in `tx`; null when its state ignores the trigger, and then nothing changed. */
  async apply(tx: EntityManager, image: ImageRow, input: TransitionInput): Promise<Transitioned | null> {
    const step = transition(image.status, input.trigger);
    if (step === null) return null;
    const changed = await this.images.update(tx, image, { ...input.changes, status: step.to });
    return { image: changed, event_id: await this.news.lifecycle(tx, step.event, changed, input.cause) };
  }
}

export interface TransitionInput {
  readonly trigger: LifecycleTrigger;
  /** What changes beside the status. */
  readonly changes?: Omit<ImageChanges, 'status'>;
  readonly cause: Cause;
}
