import {
  type AddImageTag,
  refusal,
  type RemoveImageTag,
  type RequestOf,
  type UpdateImage as UpdateImageContract,
} from '@imago/contracts';
import type { Action, RequestContext } from '@imago/identity';
import { inTransaction, Outbox, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { requireGiving, requireImage, requireVisibility } from './image-access.ts';
import { difference, draftOf, edit, type ImageDraft, requireWithinLimits } from './image-draft.ts';
import { imageUpdated } from './image-events.ts';
import type { ImageRow } from './image.row.ts';
import { ImagesRepository } from './images.repository.ts';

/** The image as it is now, and the event of its change; none when nothing changed. */
export interface EditedImage {
  readonly image: ImageRow;
  readonly event_ids: readonly string[];
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
    private readonly outbox: Outbox,
  ) {}

  /** @throws Refusal as the contract of `catalog.updateImage` names them; then nothing has changed. */
  update(request: RequestOf<typeof UpdateImageContract>, call: RequestCall): Promise<EditedImage> {
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

  #edit({ image_id, region, action, editing }: Editing, { context, cause }: RequestCall): Promise<EditedImage> {
    return inTransaction(this.db, async (tx) => {
      const found = await this.images.lock(tx, image_id);
      const image = requireImage(action, found, { region, context });
      // The same request is asked again when the connection broke before its answer.
      if (image.changed_by_request === context.request_id) return { image, event_ids: [] };
      const before = draftOf(image);
      const after = editing(before);
      requireWithinLimits(after, before);
      requirePermitted(image, after, context);
      const { changes, changed } = difference(before, after);
      if (changed.length === 0) return { image, event_ids: [] };
      const edited = await this.images.update(tx, image, { ...changes, changed_by_request: context.request_id });
      return { image: edited, event_ids: [await this.outbox.add(tx, imageUpdated(edited, changed), cause)] };
    });
  }
}

function withTags(draft: ImageDraft, tags: string[]): ImageDraft {
  return { ...draft, attributes: { ...draft.attributes, tags } };
}

/** What not everybody, or not every image, may become. */
function requirePermitted(image: ImageRow, { attributes }: ImageDraft, context: RequestContext): void {
  if (attributes.visibility !== image.visibility) requireVisibility(context, attributes.visibility);
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
