import { DeactivateImage, ReactivateImage } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';

/** Closing an image's bytes to its users and opening them again. */
@Controller('v2/images/:image_id/actions')
export class ImageActionsController {
  constructor(private readonly requests: RequestClient) {}

  @Post('deactivate')
  @HttpCode(204)
  async deactivate(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    await this.requests.send(DeactivateImage, { image_id: idInPath(id, 'image.not_found'), region }, { context });
  }

  @Post('reactivate')
  @HttpCode(204)
  async reactivate(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    await this.requests.send(ReactivateImage, { image_id: idInPath(id, 'image.not_found'), region }, { context });
  }
}
