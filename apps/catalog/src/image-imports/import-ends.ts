import type { Cause } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ImageTransitions } from '../images/image-transitions.ts';
import type { ImageRow } from '../images/image.row.ts';
import { ObjectsRepository } from '../objects/objects.repository.ts';
import { ended } from './import-properties.ts';

/** What the end of an import means for an image that was registered before it. */
@Injectable()
export class ImportEnds {
  constructor(
    private readonly objects: ObjectsRepository,
    private readonly transitions: ImageTransitions,
  ) {}

  /** There will be no bytes of it: the locked image is queued again, and takes another try of any kind. */
  async failed(tx: EntityManager, image: ImageRow, cause: Cause): Promise<void> {
    const changes = { job_id: null, import_method: null, size: null, properties: ended(image, 'failed') };
    const step = await this.transitions.apply(tx, image, { trigger: 'import_failed', changes, cause });
    if (step !== null) await this.dropStaged(tx, image.id);
  }

  /** What was staged is in the image, or will not be. */
  async dropStaged(tx: EntityManager, imageId: string): Promise<void> {
    const staged = await this.objects.findStaged(tx, imageId);
    if (staged !== null) await this.objects.writerEnded(tx, [imageId], staged.job_id);
  }
}
