import { type GetImageReadiness, refusal, type RequestOf, type ResponseOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ImageAccess } from '../images/image-access.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { ImageReadinessRepository, type Readiness } from './image-readiness.repository.ts';

/** What was found on the disks of images: who examined one says so, and who may have the image is told. */
@Injectable()
export class ImageReadiness {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
    private readonly reports: ImageReadinessRepository,
  ) {}

  /** @throws Refusal image.not_found, auth.forbidden, image.not_examined */
  async get(
    { image_id, region }: RequestOf<typeof GetImageReadiness>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof GetImageReadiness>> {
    const tx = this.db.manager;
    const found = await this.images.find(tx, image_id);
    const image = await this.access.require(tx, 'image.readiness', found, { region, context });
    const readiness = await this.reports.find(tx, image.id);
    if (readiness === null) throw refusal('image.not_examined', `The disk of image ${image.id} was not examined.`);
    return { image_id: image.id, ...readiness };
  }

  /** The disk was examined, before its image is active; of an image that is gone by now nothing is kept. */
  async examined(tx: EntityManager, imageId: string, readiness: Readiness): Promise<void> {
    // Locked, because a deletion at the same moment must find the report or prevent it.
    const image = await this.images.lock(tx, imageId);
    if (image === null) throw new Error(`image ${imageId} was examined and never registered`);
    if (image.status !== 'deleted') await this.reports.keep(tx, image.id, readiness);
  }
}
