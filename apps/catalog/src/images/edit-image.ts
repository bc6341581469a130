import {
  type AddImageTag,
  type ImageReview,
  type PublishImage,
  refusal,
  type RemoveImageTag,
  type RequestOf,
  type UnpublishImage,
  type UpdateImage as UpdateImageContract,
  type Visibility,
} from '@imago/contracts';
import type { Action, RequestContext } from '@imago/identity';
import { inTransaction, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type ChargeReason, StorageCharges } from '../charges/storage-charges.ts';
import { ImageReviews } from '../reviews/image-reviews.ts';
import { ImageAccess, requireGiving } from './image-access.ts';
import { difference, draftOf, edit, type ImageDraft, requireWithinLimits } from './image-draft.ts';
import { ImageNews } from './image-news.ts';
import type { ImageRow } from './image.row.ts';
import { ImagesRepository } from './images.repository.ts';
import { togetherWith } from './machine-disks.ts';

/** The image as it is now, and the event of its change; none when nothing changed. */
export interface EditedImage {
  readonly image: ImageRow;
  readonly event_ids: readonly string[];
}

interface UpdatedImage extends EditedImage {
  /** Names of what is different now. */
  readonly changed: readonly string[];
}

interface Editing {
  readonly image_id: string;
  readonly region: string;
  readonly action: Action;
  readonly editing: (draft: ImageDraft) => ImageDraft;
}

/** Changes what an image says of itself. All of a request is done under the lock of the image, or nothing. */
@Injectable()
export class EditImage {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
    private readonly news: ImageNews,
    private readonly reviews: ImageReviews,
    private readonly charges: StorageCharges,
  ) {}

  /** @throws Refusal as the contract of `catalog.updateImage` names them; then nothing has changed. */
  update(request: RequestOf<typeof UpdateImageContract>, call: RequestCall): Promise<UpdatedImage> {
    const { changes, strict_add } = request;
    const editing = (draft: ImageDraft): ImageDraft =>
      changes.reduce((current, change) => edit(current, change, strict_add), draft);
    return this.#edit({ ...request, action: 'image.update', editing }, call);
  }

  /** @throws Refusal image.not_found, auth.forbidden, image.tags_exceeded, image.metadata_too_large */
  addTag({ image_id, region, tag }: RequestOf<typeof AddImageTag>, call: RequestCall): Promise<EditedImage> {
    const editing = (draft: ImageDraft): ImageDraft => withTags(draft, [...new Set([...draft.attributes.tags, tag])]);
    return this.#edit({ image_id, region, action: 'image.tag', editing }, call);
  }

  /** @throws Refusal image.not_found, auth.forbidden, image.tag_not_found */
  removeTag({ image_id, region, tag }: RequestOf<typeof RemoveImageTag>, call: RequestCall): Promise<EditedImage> {
    const editing = (draft: ImageDraft): ImageDraft => {
      const { tags } = draft.attributes;
      if (!tags.includes(tag)) throw refusal('image.tag_not_found', `The image has no tag '${tag}'.`);
      return withTags(
        draft,
        tags.filter((each) => each !== tag),
      );
    };
    return this.#edit({ image_id, region, action: 'image.tag', editing }, call);
  }

  /** @throws Refusal as the contract of `catalog.publishImage` names them; then nothing has changed. */
  publish({ image_id, region }: RequestOf<typeof PublishImage>, call: RequestCall): Promise<EditedImage> {
    const editing = (draft: ImageDraft): ImageDraft => withVisibility(draft, 'public');
    return this.#edit({ image_id, region, action: 'image.publish', editing }, call);
  }

  /** @throws Refusal image.not_found, auth.forbidden */
  unpublish({ image_id, region }: RequestOf<typeof UnpublishImage>, call: RequestCall): Promise<EditedImage> {
    const editing = (draft: ImageDraft): ImageDraft =>
      draft.attributes.visibility === 'public' ? withVisibility(draft, 'private') : draft;
    return this.#edit({ image_id, region, action: 'image.publish', editing }, call);
  }

  #edit({ image_id, region, action, editing }: Editing, call: RequestCall): Promise<UpdatedImage> {
    const { context } = call;
    return inTransaction(this.db, async (tx) => {
      const found = await this.images.lock(tx, image_id);
      const image = await this.access.require(tx, action, found, { region, context });
      // The same request is asked again when the connection broke before its answer.
      if (image.changed_by_request === context.request_id) return { image, event_ids: [], changed: [] };
      const before = draftOf(image);
      const after = editing(before);
      requireWithinLimits(after, before);
      if (after.attributes.visibility !== image.visibility)
        this.access.requireVisibility(context, after.attributes.visibility);
      requirePermitted(image, after, context);
      const { changes, changed } = difference(before, after);
      if (changed.length === 0) return { image, event_ids: [], changed };
      const review = becomesPublic(before, after) ? await this.#requirePublishable(tx, image) : null;
      const edited = await this.images.update(tx, image, { ...changes, changed_by_request: context.request_id });
      return { image: edited, event_ids: [await this.#tell(tx, { image, edited, changed, review }, call)], changed };
    });
  }

  /** Everybody gets an image only after a scan and after an operator has looked at it. */
  #requirePublishable(tx: EntityManager, { id, status }: ImageRow): Promise<ImageReview> {
    if (status !== 'active') throw refusal('image.not_active', `Image ${id} is ${status}.`);
    return this.reviews.requirePublishable(tx, id);
  }

  /** Answers the id of the event that tells of the change itself; what it means for everybody is told beside it. */
  async #tell(tx: EntityManager, { image, edited, changed, review }: Edited, { cause }: RequestCall): Promise<string> {
    const eventId = await this.news.updated(tx, edited, changed, cause);
    const isUnpublished = image.visibility === 'public' && edited.visibility !== 'public';
    if (review !== null) await this.news.published(tx, edited, review, cause);
    if (isUnpublished) await this.news.unpublished(tx, edited, cause);
    const reason = chargeReason({ review, isUnpublished });
    if (reason !== 'given' || image.owner !== edited.owner)
      await this.charges.settle(tx, await this.charges.concerned(tx, togetherWith(image)), { reason, cause });
    return eventId;
  }
}

interface Edited {
  readonly image: ImageRow;
  readonly edited: ImageRow;
  readonly changed: readonly string[];
  /** Of an image that everybody sees from now on. */
  readonly review: ImageReview | null;
}

function chargeReason({
  review,
  isUnpublished,
}: {
  readonly review: ImageReview | null;
  readonly isUnpublished: boolean;
}): ChargeReason {
  if (review !== null) return 'published';
  return isUnpublished ? 'unpublished' : 'given';
}

function becomesPublic(before: ImageDraft, after: ImageDraft): boolean {
  return after.attributes.visibility === 'public' && before.attributes.visibility !== 'public';
}

function withVisibility(draft: ImageDraft, visibility: Visibility): ImageDraft {
  return { ...draft, attributes: { ...draft.attributes, visibility } };
}

function withTags(draft: ImageDraft, tags: string[]): ImageDraft {
  return { ...draft, attributes: { ...draft.attributes, tags } };
}

/** What not everybody, or not every image, may become. */
function requirePermitted(image: ImageRow, { attributes }: ImageDraft, context: RequestContext): void {
  if (attributes.owner !== image.owner) requireGiving(context);
  for (const name of ['disk_format', 'container_format'] as const) {
    if (attributes[name] === image[name]) continue;
    // An image with a job gets the formats of what that job makes.
    if (image.status === 'queued' && image.job_id === null) continue;
    throw refusal('image.attribute_read_only', `Attribute '${name}' can be changed only until there is data.`, {
      attribute: name,
    });
  }
}
