import {
  type DescribeLayers as DescribeLayersContract,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ImageAccess, requireService } from '../images/image-access.ts';
import { toRecord } from '../images/image-record.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { heldObject } from './held-object.ts';
import { ObjectLines } from './object-lines.ts';

/** Tells a background job what an image is read from. A closed image has its bytes too, and no user is given them here. */
@Injectable()
export class DescribeLayers {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
    private readonly lines: ObjectLines,
  ) {}

  /** @throws Refusal auth.forbidden, image.not_found, image.not_active, server.image_unusable */
  async execute(
    { image_id, region }: RequestOf<typeof DescribeLayersContract>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof DescribeLayersContract>> {
    requireService(context);
    const tx = this.db.manager;
    const image = await this.access.require(tx, 'image.get', await this.images.find(tx, image_id), { region, context });
    if (image.status !== 'active' && image.status !== 'deactivated') {
      throw refusal('image.not_active', `Image ${image.id} is ${image.status}.`, { status: image.status });
    }
    const line = await this.lines.ofImage(tx, image.id);
    // Deleted between the two reads: as if it had been before.
    if (line.length === 0) throw refusal('image.not_found', `There is no image ${image.id}.`);
    return { image: toRecord(image), object: heldObject(line, image) };
  }
}
