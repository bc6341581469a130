import { type AbandonImage as AbandonImageContract, type RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { type Cause, inTransaction } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { requireService } from './image-access.ts';
import { ImageTransitions } from './image-transitions.ts';
import { ImagesRepository } from './images.repository.ts';

/** Takes back the registration of an image nobody was told about; its place in the quota is released by the event. */
@Injectable()
export class AbandonImage {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly transitions: ImageTransitions,
  ) {}

  /**
   * True when there is no such image now and never will be; false when it is further than a registration, or not of
   * this project, and stays.
   * @throws Refusal auth.forbidden for anybody but a service.
   */
  execute(request: RequestOf<typeof AbandonImageContract>, context: RequestContext, cause: Cause): Promise<boolean> {
    requireService(context);
    return inTransaction(this.db, async (tx) => {
      await this.images.lockId(tx, request.image_id);
      const image = await this.images.lock(tx, request.image_id);
      if (image === null) {
        await this.images.markAbandoned(tx, request.image_id);
        return true;
      }
      if (image.owner !== context.project_id || image.region !== request.region) return false;
      await this.transitions.apply(tx, image, { trigger: 'abandoned', cause });
      return image.status === 'queued' || image.status === 'deleted';
    });
  }
}
