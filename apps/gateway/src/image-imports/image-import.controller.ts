import { ImportImage } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { OwnWrites } from '../edge/own-writes.ts';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { methodIn } from './import-body.ts';

/** Bytes for a registered image from a staged file or from the web, by a job. */
@Controller('v2/images')
export class ImageImportController {
  constructor(
    private readonly requests: RequestClient,
    private readonly ownWrites: OwnWrites,
  ) {}

  /** Answered when the image is `importing` and its tasks show the job. */
  @Post(':image_id/import')
  @HttpCode(202)
  async import(
    @Param('image_id') id: string,
    @Body() sent: unknown,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    const image_id = idInPath(id, 'image.not_found');
    const method = methodIn(sent, region);
    const { event_ids } = await this.requests.send(ImportImage, { image_id, region, method }, { context });
    await this.ownWrites.shown(event_ids, context);
  }
}
