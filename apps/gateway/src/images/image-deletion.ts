import { DeleteImage } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { OwnWrites } from '../edge/own-writes.ts';

/** Deletes images, whichever API it is asked through. */
@Injectable()
export class ImageDeletion {
  constructor(
    private readonly requests: RequestClient,
    private readonly ownWrites: OwnWrites,
  ) {}

  /** The place of the image is free when this is answered, so that another can be made at once. */
  async delete(
    image_id: string,
    region: string,
    context: RequestContext,
  ): Promise<{ readonly members_losing: number }> {
    const { event_ids, members_losing } = await this.requests.send(DeleteImage, { image_id, region }, { context });
    await this.ownWrites.counted(event_ids, context);
    return { members_losing };
  }
}
