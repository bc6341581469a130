import { randomUUID } from 'node:crypto';
import {
  type ImageReview,
  type ImageScan,
  ImageScannedV1,
  PublishImage,
  ReviewImage,
  UnpublishImage,
} from '@imago/contracts';
import { type CatalogUnderTest, operator, REGION } from './catalog-under-test.ts';
import { aScan, jobView } from './requests.ts';

/** What operators do so that everybody has an image. */
export class Publishing {
  constructor(private readonly catalog: CatalogUnderTest) {}

  async review(image_id: string, said: Partial<ImageReview> = {}, as = operator()): Promise<ImageReview> {
    const found = {
      verdict: 'approved',
      scan: 'clean',
      initialisation_component: 'cloud-init',
      comment: null,
    } as const;
    const request = { image_id, region: REGION, review_id: randomUUID(), ...found, ...said };
    return (await this.catalog.ask(ReviewImage, request, as)).review;
  }

  /** Import says what is in the image, and catalog has heard it. */
  async scanned(image_id: string, found: Partial<ImageScan> = {}): Promise<void> {
    const job = jobView(randomUUID(), image_id, 'succeeded');
    const told = await this.catalog.publish(ImageScannedV1, image_id, { job, image_id, scan: aScan(found) });
    await this.catalog.applied(told);
  }

  /** Scanned, reviewed, and everybody's. */
  async publish(image_id: string): Promise<void> {
    await this.scanned(image_id);
    await this.review(image_id);
    await this.catalog.ask(PublishImage, { image_id, region: REGION }, operator());
  }

  async unpublish(image_id: string): Promise<void> {
    await this.catalog.ask(UnpublishImage, { image_id, region: REGION }, operator());
  }
}
