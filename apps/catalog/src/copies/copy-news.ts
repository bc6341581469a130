import { ImageCopyMadeV1 } from '@imago/contracts';
import { type Cause, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ImageRow } from '../images/image.row.ts';
import { ImagesRepository } from '../images/images.repository.ts';

/** Tells owners what became of their images elsewhere. */
@Injectable()
export class CopyNews {
  constructor(
    private readonly images: ImagesRepository,
    private readonly outbox: Outbox,
  ) {}

  /** The owner of the image that was copied, whose own the copy may not be, hears of it in the story of that image. */
  async copyMade(tx: EntityManager, copy: ImageRow, cause: Cause): Promise<void> {
    const { id, region, owner, copied_from } = copy;
    const source = copied_from === null ? null : await this.images.find(tx, copied_from.image_id);
    if (source === null) return;
    await this.outbox.add(
      tx,
      {
        event: ImageCopyMadeV1,
        subject: source.id,
        project_id: source.owner,
        region: source.region,
        data: { image_id: source.id, copy: { image_id: id, region, project_id: owner } },
      },
      cause,
    );
  }
}
