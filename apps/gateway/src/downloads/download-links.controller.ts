import { CreateDownloadLink } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { OwnWrites } from '../edge/own-writes.ts';
import { idInPath } from '../edge/path-ids.ts';
import { PublicUrl } from '../edge/public-url.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { type DownloadLinkBody, downloadLinkBody } from './download-link-body.ts';

/** Links with which an image can be read without logging in, for a while (R24). */
@Controller('v1/images')
export class DownloadLinksController {
  constructor(
    private readonly requests: RequestClient,
    private readonly ownWrites: OwnWrites,
    private readonly publicUrl: PublicUrl,
  ) {}

  @Post(':image_id/download-links')
  @HttpCode(201)
  async create(
    @Param('image_id') id: string,
    @Body({ schema: downloadLinkBody }) body: DownloadLinkBody,
    @Region() region: string,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const image_id = idInPath(id, 'image.not_found');
    const asked = { image_id, region, ...body };
    const { link_id, token, expires_at, event_ids } = await this.requests.send(CreateDownloadLink, asked, { context });
    const projection = await this.ownWrites.shown(event_ids, context);
    response.setHeader('Cache-Control', 'no-store');
    const url = `${this.publicUrl.of(request)}/v1/downloads/${image_id}?token=${token}`;
    return { id: link_id, image_id, disk_format: body.disk_format, url, expires_at, ...projection };
  }
}
