import {
  type ImageReview,
  type ListImageReviews,
  refusal,
  type RequestOf,
  type ResponseOf,
  type ReviewImage,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { inTransaction, type RequestCall } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CATALOG_CONFIG } from '../config-token.ts';
import type { CatalogConfig } from '../config.ts';
import { ImageAccess } from '../images/image-access.ts';
import { ImageNews } from '../images/image-news.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { ImageScansRepository } from '../scans/image-scans.repository.ts';
import { requirePublishable } from '../scans/require-publishable.ts';
import { ImageReviewRow, toReview } from './image-review.row.ts';

type Request = RequestOf<typeof ReviewImage>;

/** What operators find in images before everybody gets them (R2). */
@Injectable()
export class ImageReviews {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
    private readonly news: ImageNews,
    private readonly scans: ImageScansRepository,
    @Inject(CATALOG_CONFIG) private readonly config: Pick<CatalogConfig, 'CATALOG_SCAN_FRESH_HOURS'>,
  ) {}

  /** @throws Refusal as the contract of `catalog.reviewImage` names them; then nothing has changed. */
  review(request: Request, { context, cause }: RequestCall): Promise<ResponseOf<typeof ReviewImage>> {
    return inTransaction(this.db, async (tx) => {
      const found = await this.images.lock(tx, request.image_id);
      const image = await this.access.require(tx, 'image.review', found, { region: request.region, context });
      const known = await tx.findOne(ImageReviewRow, { where: { id: request.review_id, image_id: image.id } });
      if (known !== null) return { review: toReview(known), event_ids: [] };
      if (image.status !== 'active') throw refusal('image.not_active', `Image ${image.id} is ${image.status}.`);
      requireComplete(request);
      const review = await this.#insert(tx, request, context);
      return { review, event_ids: [await this.news.reviewed(tx, image, review, cause)] };
    });
  }

  /** @throws Refusal image.not_found, auth.forbidden */
  async list(
    { image_id, region }: RequestOf<typeof ListImageReviews>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ListImageReviews>> {
    const tx = this.db.manager;
    await this.access.require(tx, 'image.review', await this.images.find(tx, image_id), { region, context });
    const rows = await tx.find(ImageReviewRow, { where: { image_id }, order: { reviewed_at: 'DESC' }, take: 100 });
    return { reviews: rows.map(toReview) };
  }

  /**
   * The review that lets everybody have the image, whose scan must agree: what an operator says of it is no scan.
   * @throws Refusal image.review_missing when the newest is no approval, and those of `requirePublishable`
   */
  async requirePublishable(tx: EntityManager, imageId: string): Promise<ImageReview> {
    const newest = await tx.findOne(ImageReviewRow, { where: { image_id: imageId }, order: { reviewed_at: 'DESC' } });
    if (newest?.verdict !== 'approved') {
      const why = newest === null ? 'has not been reviewed' : 'was rejected in its newest review';
      throw refusal('image.review_missing', `Image ${imageId} ${why}.`);
    }
    requirePublishable(imageId, await this.scans.find(tx, imageId), this.config.CATALOG_SCAN_FRESH_HOURS);
    return toReview(newest);
  }

  async #insert(tx: EntityManager, request: Request, context: RequestContext): Promise<ImageReview> {
    const { review_id: id, image_id, verdict, scan, initialisation_component, comment } = request;
    const said = { id, image_id, verdict, scan, initialisation_component, comment, reviewed_by: context.user_id };
    await tx.insert(ImageReviewRow, said);
    return toReview(await tx.findOneOrFail(ImageReviewRow, { where: { id } }));
  }
}

/** @throws Refusal image.review_incomplete */
function requireComplete({ verdict, scan, initialisation_component }: Request): void {
  if (verdict === 'rejected') return;
  if (scan !== 'clean')
    throw refusal('image.review_incomplete', `An image whose scan is '${scan}' cannot be approved.`);
  if (initialisation_component === null)
    throw refusal('image.review_incomplete', 'An image without an initialisation component cannot be approved.');
}
