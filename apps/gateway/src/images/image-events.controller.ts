import { ListImageEvents } from '@imago/contracts';
import { eventShownTo, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { Request } from 'express';
import { z } from 'zod';
import { filledPageLimit, pageLinks } from '../edge/paging.ts';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';

const eventsQuery = z.strictObject({
  limit: filledPageLimit,
  marker: z
    .string()
    .regex(/^\d{1,19}$/)
    .optional(),
});

/** What happened to one image, in order. */
@Controller('v1/images')
export class ImageEventsController {
  constructor(private readonly requests: RequestClient) {}

  @Get(':image_id/events')
  async list(
    @Param('image_id') id: string,
    @Query({ schema: eventsQuery }) { limit, marker }: z.output<typeof eventsQuery>,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const imageId = idInPath(id, 'image.not_found');
    const wanted = { image_id: imageId, region, limit, after: marker ?? null };
    const page = await this.requests.send(ListImageEvents, wanted, { context });
    return {
      events: page.events.map((event) => eventShownTo(event, context)),
      ...pageLinks(`/v1/images/${imageId}/events`, request.query, page.next),
    };
  }
}
