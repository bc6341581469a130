import { type GetImageScan, type ImageScan, refusal, type RequestOf, type ResponseOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import type { Cause } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ImageAccess } from '../images/image-access.ts';
import { ImageNews } from '../images/image-news.ts';
import type { ImageRow } from '../images/image.row.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { ImageScansRepository } from './image-scans.repository.ts';

/**
 * What was found in the files of images: import says so, the image shows what it came to, and its owner reads the rest.
 * Where secrets lie on a disk is told to nobody who only received the image.
 */
@Injectable()
export class ImageScans {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
    private readonly scans: ImageScansRepository,
    private readonly news: ImageNews,
  ) {}

  /** @throws Refusal image.not_found, auth.forbidden, image.not_scanned */
  async get(
    { image_id, region }: RequestOf<typeof GetImageScan>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof GetImageScan>> {
    const tx = this.db.manager;
    const found = await this.images.find(tx, image_id);
    const image = await this.access.require(tx, 'image.scan', found, { region, context });
    const scan = await this.scans.find(tx, image.id);
    if (scan === null) throw refusal('image.not_scanned', `Image ${image.id} was not scanned.`);
    return { image_id: image.id, scan };
  }

  /** An image was scanned. Of one that is gone by now nothing is kept, and an older scan changes nothing. */
  async scanned(tx: EntityManager, imageId: string, scan: ImageScan, cause: Cause): Promise<void> {
    // Locked, because a deletion at the same moment must find the scan or prevent it.
    const image = await this.images.lock(tx, imageId);
    if (image === null) throw new Error(`image ${imageId} was scanned and never registered`);
    if (image.status !== 'deleted') await this.#keep(tx, image, scan, cause);
  }

  /** What is true of the bytes of an image is true of a copy of them; a newer scan of the copy's own stays. */
  async carry(tx: EntityManager, sourceId: string, copyId: string, cause: Cause): Promise<void> {
    const scan = await this.scans.find(tx, sourceId);
    if (scan !== null) await this.scanned(tx, copyId, scan, cause);
  }

  async #keep(tx: EntityManager, image: ImageRow, scan: ImageScan, cause: Cause): Promise<void> {
    if (!(await this.scans.keep(tx, image.id, scan)) || image.scan === scan.status) return;
    const changed = await this.images.update(tx, image, { scan: scan.status });
    await this.news.updated(tx, changed, ['scan'], cause);
  }
}
