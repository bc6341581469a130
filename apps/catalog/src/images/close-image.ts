import { type DeactivateImage, refusal, type RequestOf } from '@imago/contracts';
import type { Action, RequestContext } from '@imago/identity';
import { inTransaction, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { EditedImage } from './edit-image.ts';
import { ImageDamages } from '../scrubs/image-damages.ts';
import { ImageAccess } from './image-access.ts';
import { ImageTransitions, type TransitionInput } from './image-transitions.ts';
import type { ImageRow } from './image.row.ts';
import { ImagesRepository } from './images.repository.ts';

type Request = RequestOf<typeof DeactivateImage>;

/** Takes an image out of use without touching it, and puts it back. */
@Injectable()
export class CloseImage {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
    private readonly transitions: ImageTransitions,
    private readonly damages: ImageDamages,
  ) {}

  /**
   * What an operator has closed, only an operator opens: else its owner could undo what was done about it.
   * @throws Refusal image.not_found, auth.forbidden, image.not_active
   */
  close(request: Request, { context, cause }: RequestCall): Promise<EditedImage> {
    const closed_by_operator = context.roles.includes('admin');
    return inTransaction(this.db, async (tx) => {
      const image = await this.#locked(tx, 'image.deactivate', request, context);
      await this.damages.closedForAnotherReason(tx, image.id);
      if (image.status !== 'deactivated')
        return this.#apply(tx, image, { trigger: 'closed', changes: { closed_by_operator }, cause });
      if (image.closed_by_operator || !closed_by_operator) return { image, event_ids: [] };
      return this.#apply(tx, image, { trigger: 'closed_again', changes: { closed_by_operator }, cause });
    });
  }

  /** @throws Refusal image.not_found, auth.forbidden, image.damaged, image.closed_by_operator, image.not_active */
  open(request: Request, { context, cause }: RequestCall): Promise<EditedImage> {
    return inTransaction(this.db, async (tx) => {
      const image = await this.#locked(tx, 'image.reactivate', request, context);
      if (image.status === 'active') return { image, event_ids: [] };
      await this.damages.requireWhole(tx, image.id);
      if (image.closed_by_operator && !context.roles.includes('admin'))
        throw refusal('image.closed_by_operator', `The operator has deactivated image ${image.id}.`);
      return this.#apply(tx, image, { trigger: 'opened', changes: { closed_by_operator: false }, cause });
    });
  }

  async #locked(tx: EntityManager, action: Action, request: Request, context: RequestContext): Promise<ImageRow> {
    const found = await this.images.lock(tx, request.image_id);
    return this.access.require(tx, action, found, { region: request.region, context });
  }

  async #apply(tx: EntityManager, image: ImageRow, input: TransitionInput): Promise<EditedImage> {
    const step = await this.transitions.apply(tx, image, input);
    if (step === null) throw refusal('image.not_active', `Image ${image.id} is ${image.status}.`);
    return { image: step.image, event_ids: [step.event_id] };
  }
}
