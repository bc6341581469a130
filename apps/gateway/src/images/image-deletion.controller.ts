import type { RequestContext } from '@imago/identity';
import { Controller, Delete, Param } from '@nestjs/common';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { ImageDeletion } from './image-deletion.ts';

/** Deleting an image and being told who loses it. */
@Controller('v1/images/:image_id')
export class ImageDeletionController {
  constructor(private readonly deletion: ImageDeletion) {}

  @Delete()
  async delete(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const imageId = idInPath(id, 'image.not_found');
    return { id: imageId, ...(await this.deletion.delete(imageId, region, context)) };
  }
}
