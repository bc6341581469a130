import { ListImages } from '@imago/contracts';
import { type RequestContext, shownTo } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, Get, Query } from '@nestjs/common';
import { pageLinks } from '../edge/paging.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { imageDocument } from './image-document.ts';
import { toSearchImages } from './list-query.ts';

/** Images as people look for them: the list of the Image API, and a search by a part of the name, which it has no word for. */
@Controller('v1/images')
export class ImageSearchController {
  constructor(private readonly requests: RequestClient) {}

  @Get()
  async list(
    @Query() query: Readonly<Record<string, unknown>>,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const page = await this.requests.send(ListImages, toSearchImages(query, region), { context });
    return {
      images: page.images.map((image) => imageDocument(shownTo(image, context))),
      ...pageLinks('/v1/images', query, page.next_marker),
    };
  }
}
