import { type DeactivateImage, type ImageStatus, refusal, type RequestOf } from '@imago/contracts';
import { inTransaction, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { EditedImage } from './edit-image.ts';
import { ImageAccess } from './image-access.ts';
import { ImageTransitions } from './image-transitions.ts';
import { ImagesRepository } from './images.repository.ts';

/** Takes an image out of use without touching it, and puts it back. */
@Injectable()
export class CloseImage {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
    private readonly transitions: ImageTransitions,
  ) {}

  /** @throws Refusal image.not_found, auth.forbidden, image.not_active */
  close(request: RequestOf<typeof DeactivateImage>, call: RequestCall): Promise<EditedImage> {
    return this.#move(request, call, { action: 'image.deactivate', trigger: 'closed', already: 'deactivated' });
  }

  /** @throws Refusal image.not_found, auth.forbidden, image.not_active */
  open(request: RequestOf<typeof DeactivateImage>, call: RequestCall): Promise<EditedImage> {
    return this.#move(request, call, { action: 'image.reactivate', trigger: 'opened', already: 'active' });
  }

  #move(request: RequestOf<typeof DeactivateImage>, call: RequestCall, move: Move): Promise<EditedImage> {
    const { context, cause } = call;
    return inTransaction(this.db, async (tx) => {
      const found = await this.images.lock(tx, request.image_id);
      const image = await this.access.require(tx, move.action, found, { region: request.region, context });
      if (image.status === move.already) return { image, event_ids: [] };
      const step = await this.transitions.apply(tx, image, { trigger: move.trigger, cause });
      if (step === null) throw refusal('image.not_active', `Image ${image.id} is ${image.status}.`);
      return { image: step.image, event_ids: [step.event_id] };
    });
  }
}

interface Move {
  readonly action: 'image.deactivate' | 'image.reactivate';
  readonly trigger: 'closed' | 'opened';
  /** In this state there is nothing to do. */
  readonly already: ImageStatus;
}
