import { GetImage, ListImages, PLACE_CHANGES, refusal, RegisterImage, UpdateImage } from '@imago/contracts';
import { type RequestContext, shownTo } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { OwnWrites } from '../edge/own-writes.ts';
import { pageLinks } from '../edge/paging.ts';
import { idInPath } from '../edge/path-ids.ts';
import { regionOf } from '../edge/region-prefix.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { IMPORT_METHODS } from '../image-imports/import-body.ts';
import { toRegisterImage } from './image-body.ts';
import { ImageDeletion } from './image-deletion.ts';
import { imageDocument } from './image-document.ts';
import { PATCH_TYPES, patchOf } from './image-patch.ts';
import { storesOf } from '../stores/image-stores.ts';
import { toListImages } from './list-query.ts';

/** The images of the OpenStack Image API. */
@Controller('v2/images')
export class ImagesController {
  constructor(
    private readonly requests: RequestClient,
    private readonly deletion: ImageDeletion,
    private readonly ownWrites: OwnWrites,
  ) {}

  @Post()
  @HttpCode(201)
  async create(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Context() context: RequestContext,
  ): Promise<object> {
    const region = regionOf(request);
    const wanted = toRegisterImage(request.body, region.name);
    const { image, event_ids } = await this.requests.send(RegisterImage, wanted, { context });
    // The same image registered once more is an answer among services; here its id is taken.
    if (event_ids.length === 0) throw refusal('image.exists', `The image id ${image.id} is taken.`);
    response.setHeader('Location', `${region.prefix}/v2/images/${image.id}`);
    response.setHeader('OpenStack-image-import-methods', IMPORT_METHODS.join(','));
    response.setHeader('OpenStack-image-store-ids', storesOf(region.name).join(','));
    return imageDocument(shownTo(image, context));
  }

  @Get()
  async list(
    @Query() query: Readonly<Record<string, unknown>>,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const page = await this.requests.send(ListImages, toListImages(query, region), { context });
    return {
      images: page.images.map((image) => imageDocument(shownTo(image, context))),
      ...pageLinks('/v2/images', query, page.next_marker),
      schema: '/v2/schemas/images',
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
    return imageDocument(shownTo(image, context));
  }

  @Patch(':image_id')
  async update(
    @Param('image_id') id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Context() context: RequestContext,
  ): Promise<object> {
    response.setHeader('Accept-Patch', PATCH_TYPES.join(', '));
    const patch = patchOf(request);
    const image_id = idInPath(id, 'image.not_found');
    const wanted = { image_id, region: regionOf(request).name, ...patch };
    const { image, event_ids, changed } = await this.requests.send(UpdateImage, wanted, { context });
    if (changed.some((name) => PLACE_CHANGES.includes(name))) await this.ownWrites.counted(event_ids, context);
    return imageDocument(shownTo(image, context));
  }

  @Delete(':image_id')
  @HttpCode(204)
  async delete(
    @Param('image_id') id: string,
    @Region() region: string,
    @Res({ passthrough: true }) response: Response,
    @Context() context: RequestContext,
  ): Promise<void> {
    const { members_losing } = await this.deletion.delete(idInPath(id, 'image.not_found'), region, context);
    response.setHeader('X-Imago-Members-Losing', members_losing);
  }
}
