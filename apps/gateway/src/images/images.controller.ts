import { DeleteImage, GetImage, imageStatus, ListImages, refusal, visibility } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, Delete, Get, HttpCode, Param, Query, Req } from '@nestjs/common';
import type { Request } from 'express';
import { z } from 'zod';
import { pageLimit, pageLinks } from '../edge/paging.ts';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { imageDocument } from './image-document.ts';

/** Unknown keys are refused: taken for property filters they would silently match nothing. */
const listQuery = z.strictObject({
  limit: pageLimit,
  marker: z.string().optional(),
  name: z.string().max(255).optional(),
  status: imageStatus.optional(),
  visibility: z.union([visibility, z.literal('all').transform(() => undefined)]).optional(),
  os_hidden: z.stringbool().default(false),
});

const SCHEMA = '/v2/schemas/images';

/** The images of the OpenStack Image API. */
@Controller('v2/images')
export class ImagesController {
  constructor(private readonly requests: RequestClient) {}

  @Get()
  async list(
    @Query({ schema: listQuery }) query: z.output<typeof listQuery>,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const { limit, name = null, status = null, visibility: seen = null } = query;
    // Clients look among the hidden ones before they give a name up. Nothing hides an image yet.
    if (query.os_hidden) return { images: [], ...pageLinks('/v2/images', request.query, null), schema: SCHEMA };
    const marker = query.marker === undefined ? null : markerIn(query.marker);
    const wanted = { region, limit, marker, name, status, visibility: seen };
    const page = await this.requests.send(ListImages, wanted, { context });
    return {
      images: page.images.map(imageDocument),
      ...pageLinks('/v2/images', request.query, page.next_marker),
      schema: SCHEMA,
    };
  }

  @Get(':image_id')
  async show(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const imageId = idInPath(id, 'image.not_found');
    const { image } = await this.requests.send(GetImage, { image_id: imageId, region }, { context });
    return imageDocument(image);
  }

  @Delete(':image_id')
  @HttpCode(204)
  async delete(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    const imageId = idInPath(id, 'image.not_found');
    await this.requests.send(DeleteImage, { image_id: imageId, region }, { context });
  }
}

/** Glance's word for a marker that is no image is 400. */
function markerIn(text: string): string {
  const marker = z.uuid().safeParse(text);
  if (!marker.success) throw refusal('image.marker_not_found', 'The marker is not the id of an image.');
  return marker.data.toLowerCase();
}
