import { imageReview, ListImageReviews, PublishImage, ReviewImage, UnpublishImage } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { z } from 'zod';
import { idFor } from '../edge/idempotency-key.ts';
import { noBody } from '../edge/json-bodies.ts';
import { OwnWrites } from '../edge/own-writes.ts';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { imageDocument } from '../images/image-document.ts';

const { verdict, scan, initialisation_component, comment } = imageReview.shape;
const reviewBody = z.strictObject({
  verdict,
  scan,
  initialisation_component: initialisation_component.default(null),
  comment: comment.default(null),
});

/** How operators let everybody have an image (R2): they look, they say what they saw, they publish. */
@Controller('v1/operator/images/:image_id')
export class ImageReviewsController {
  constructor(
    private readonly requests: RequestClient,
    private readonly ownWrites: OwnWrites,
  ) {}

  @Get('reviews')
  list(@Param('image_id') id: string, @Region() region: string, @Context() context: RequestContext): Promise<object> {
    const wanted = { image_id: idInPath(id, 'image.not_found'), region };
    return this.requests.send(ListImageReviews, wanted, { context });
  }

  @Post('reviews')
  @HttpCode(201)
  async review(
    @Param('image_id') id: string,
    @Body({ schema: reviewBody }) body: z.output<typeof reviewBody>,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = {
      image_id: idInPath(id, 'image.not_found'),
      region,
      review_id: idFor(request, `review of ${id}`),
      ...body,
    };
    return (await this.requests.send(ReviewImage, wanted, { context })).review;
  }

  @Post('publish')
  @HttpCode(200)
  async publish(
    @Param('image_id') id: string,
    @Body({ schema: noBody }) _body: undefined,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { image_id: idInPath(id, 'image.not_found'), region };
    const { image, event_ids } = await this.requests.send(PublishImage, wanted, { context });
    await this.ownWrites.counted(event_ids, context);
    return imageDocument(image);
  }

  @Post('unpublish')
  @HttpCode(200)
  async unpublish(
    @Param('image_id') id: string,
    @Body({ schema: noBody }) _body: undefined,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { image_id: idInPath(id, 'image.not_found'), region };
    const { image, event_ids } = await this.requests.send(UnpublishImage, wanted, { context });
    await this.ownWrites.counted(event_ids, context);
    return imageDocument(image);
  }
}
