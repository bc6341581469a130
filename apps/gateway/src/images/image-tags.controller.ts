import { AddImageTag, imageTag, refusal, RemoveImageTag } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { invalidFields } from '@imago/service';
import { Controller, Delete, HttpCode, Param, Put } from '@nestjs/common';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';

const LONGEST_TAG = 1024;

/** Words an image is found by, one at a time. */
@Controller('v2/images/:image_id/tags/:tag')
export class ImageTagsController {
  constructor(private readonly requests: RequestClient) {}

  @Put()
  @HttpCode(204)
  async add(
    @Param('image_id') id: string,
    @Param('tag') text: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    const tag = imageTag.safeParse(text);
    if (!tag.success) throw invalidFields(tag.error.issues.map(({ message }) => ({ message, path: ['tag'] })));
    const image_id = idInPath(id, 'image.not_found');
    await this.requests.send(AddImageTag, { image_id, region, tag: tag.data }, { context });
  }

  @Delete()
  @HttpCode(204)
  async remove(
    @Param('image_id') id: string,
    @Param('tag') tag: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    const image_id = idInPath(id, 'image.not_found');
    if (tag.length > LONGEST_TAG) throw refusal('image.tag_not_found', 'The image has no such tag.');
    await this.requests.send(RemoveImageTag, { image_id, region, tag }, { context });
  }
}
