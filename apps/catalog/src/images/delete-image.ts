import { type DeleteImage as DeleteImageContract, refusal, type RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { type Cause, inTransaction } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ReleaseBytes } from '../objects/release-bytes.ts';
import { ImageAccess } from './image-access.ts';
import { ImageNews } from './image-news.ts';
import { ImageTransitions } from './image-transitions.ts';
import { ImagesRepository } from './images.repository.ts';
import { togetherWith } from './machine-disks.ts';

/** The events of a deletion; none when the same request had deleted it before. */
export interface Deleted {
  readonly event_ids: readonly string[];
  /** Projects it was shared with. */
  readonly members_losing: number;
}

/** Deletes an image for everybody, at once, a machine with all its disks; its bytes follow as soon as nobody writes or keeps them. */
@Injectable()
export class DeleteImage {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
    private readonly transitions: ImageTransitions,
    private readonly news: ImageNews,
    private readonly bytes: ReleaseBytes,
  ) {}

  /** @throws Refusal image.not_found, auth.forbidden, image.part_of_machine, image.protected; then nothing has changed. */
  async execute(
    request: RequestOf<typeof DeleteImageContract>,
    context: RequestContext,
    cause: Cause,
  ): Promise<Deleted> {
    const deleted = await inTransaction(this.db, (tx) => this.#delete(tx, { request, context, cause }));
    this.bytes.sweep();
    return deleted;
  }

  async #delete(tx: EntityManager, { request, context, cause }: Deletion): Promise<Deleted> {
    const found = await this.images.lock(tx, request.image_id);
    // The same request is asked again when the connection broke before its answer.
    if (found?.status === 'deleted' && found.deleted_by_request === context.request_id) {
      return { event_ids: [], members_losing: (await this.news.losing(tx, found)).length };
    }
    const image = await this.access.require(tx, 'image.delete', found, { region: request.region, context });
    if (image.protected) throw refusal('image.protected', `Image ${image.id} is protected.`);
    const losing = await this.news.losing(tx, image);
    const step = await this.transitions.apply(tx, image, {
      trigger: 'deleted',
      changes: { deleted_by_request: context.request_id },
      cause,
    });
    if (step === null) throw new Error(`image ${image.id} cannot be deleted while it is ${image.status}`);
    await this.bytes.release(tx, togetherWith(image), cause);
    return { event_ids: [step.event_id], members_losing: losing.length };
  }
}

interface Deletion {
  readonly request: RequestOf<typeof DeleteImageContract>;
  readonly context: RequestContext;
  readonly cause: Cause;
}
