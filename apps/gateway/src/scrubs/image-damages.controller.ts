import { GetImageDamages, type ResponseOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, Get, Param } from '@nestjs/common';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';

/** What is damaged of an image's stored bytes: why it is closed. */
@Controller('v1/images/:image_id')
export class ImageDamagesController {
  constructor(private readonly requests: RequestClient) {}

  @Get('damages')
  async show(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<ResponseOf<typeof GetImageDamages>> {
    const wanted = { image_id: idInPath(id, 'image.not_found'), region };
    return this.requests.send(GetImageDamages, wanted, { context });
  }
}
