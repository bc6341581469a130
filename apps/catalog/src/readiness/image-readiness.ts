import {
  type GetImageGeneralization,
  type GetImageReadiness,
  type ImageInRegion,
  refusal,
  type ResponseOf,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ImageAccess } from '../images/image-access.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { type DiskReport, ImageReadinessRepository, type ReportKind } from './image-readiness.repository.ts';

/** What was found on the disks of images, and changed: who looked at one says so, and who may have the image is told. */
@Injectable()
export class ImageReadiness {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
    private readonly reports: ImageReadinessRepository,
  ) {}

  /** @throws Refusal image.not_found, auth.forbidden, image.not_examined */
  async readiness(wanted: ImageInRegion, context: RequestContext): Promise<ResponseOf<typeof GetImageReadiness>> {
    const image_id = await this.#visible('image.readiness', wanted, context);
    const found = await this.reports.find(this.db.manager, 'readiness', image_id);
    if (found === null) throw refusal('image.not_examined', `The disk of image ${image_id} was not examined.`);
    return { image_id, report: found.report, examined_at: found.at };
  }

  /** @throws Refusal image.not_found, auth.forbidden, image.not_generalized */
  async generalization(
    wanted: ImageInRegion,
    context: RequestContext,
  ): Promise<ResponseOf<typeof GetImageGeneralization>> {
    const image_id = await this.#visible('image.generalization', wanted, context);
    const found = await this.reports.find(this.db.manager, 'generalizations', image_id);
    if (found === null) throw refusal('image.not_generalized', `Image ${image_id} was not generalized.`);
    return { image_id, report: found.report, generalized_at: found.at };
  }

  /** The disk was looked at, before its image is active; of an image that is gone by now nothing is kept. */
  async keep<Kind extends ReportKind>(
    tx: EntityManager,
    kind: Kind,
    imageId: string,
    report: DiskReport<Kind>,
  ): Promise<void> {
    // Locked, because a deletion at the same moment must find the report or prevent it.
    const image = await this.images.lock(tx, imageId);
    if (image === null) throw new Error(`the disk of image ${imageId} was looked at, and it was never registered`);
    if (image.status !== 'deleted') await this.reports.keep(tx, kind, image.id, report);
  }

  async #visible(
    action: 'image.readiness' | 'image.generalization',
    { image_id, region }: ImageInRegion,
    context: RequestContext,
  ): Promise<string> {
    const tx = this.db.manager;
    const found = await this.images.find(tx, image_id);
    return (await this.access.require(tx, action, found, { region, context })).id;
  }
}
