import {
  ListImageReviews,
  PublishImage,
  type RequestOf,
  type ResponseOf,
  ReviewImage,
  UnpublishImage,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { EditImage } from '../images/edit-image.ts';
import { toRecord } from '../images/image-record.ts';
import { ImageReviews } from './image-reviews.ts';

/** How images come to be everybody's, and back. */
@Controller()
export class ReviewsController {
  constructor(
    private readonly reviews: ImageReviews,
    private readonly editImage: EditImage,
  ) {}

  @OnRequest(ReviewImage)
  async review(
    @Payload() request: RequestOf<typeof ReviewImage>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ReviewImage>> {
    return this.reviews.review(request, call);
  }

  @OnRequest(ListImageReviews)
  async list(
    @Payload() request: RequestOf<typeof ListImageReviews>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ListImageReviews>> {
    return this.reviews.list(request, call.context);
  }

  @OnRequest(PublishImage)
  async publish(
    @Payload() request: RequestOf<typeof PublishImage>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof PublishImage>> {
    const { image, event_ids } = await this.editImage.publish(request, call);
    return { image: toRecord(image), event_ids: [...event_ids] };
  }

  @OnRequest(UnpublishImage)
  async unpublish(
    @Payload() request: RequestOf<typeof UnpublishImage>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof UnpublishImage>> {
    const { image, event_ids } = await this.editImage.unpublish(request, call);
    return { image: toRecord(image), event_ids: [...event_ids] };
  }
}
