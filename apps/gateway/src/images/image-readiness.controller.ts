import { GetImageGeneralization, GetImageReadiness } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, Get, Param } from '@nestjs/common';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';

/** Whether servers made of an image will work, and what was changed in it so that they do. */
@Controller('v1/images/:image_id')
export class ImageReadinessController {
  constructor(private readonly requests: RequestClient) {}

  @Get('readiness')
  async readiness(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { image_id: idInPath(id, 'image.not_found'), region };
    const { image_id, report, examined_at } = await this.requests.send(GetImageReadiness, wanted, { context });
    return { image_id, examined_at, ...report };
  }

  @Get('generalization')
  async generalization(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { image_id: idInPath(id, 'image.not_found'), region };
    const { image_id, report, generalized_at } = await this.requests.send(GetImageGeneralization, wanted, { context });
    return { image_id, generalized_at, ...report };
  }
}
