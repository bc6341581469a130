import { LocateImageFile } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import { Controller, Get, Logger, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { answerFile } from './answer-file.ts';
import { FileBytes } from './file-bytes.ts';
import { etagOf } from './file-etag.ts';
import { LayeredFiles, type StoredFile } from './layered-files.ts';

/** The bytes of an image, from the object store to the client. */
@Controller('v2/images')
export class ImageFileController {
  readonly #logger = new Logger(ImageFileController.name);

  constructor(
    private readonly requests: RequestClient,
    private readonly regions: Regions,
    private readonly layered: LayeredFiles,
  ) {}

  @Get(':image_id/file')
  async download(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const imageId = idInPath(id, 'image.not_found');
    const locate = async (): Promise<StoredFile | null> =>
      (await this.requests.send(LocateImageFile, { image_id: imageId, region }, { context })).file;
    const file = await locate();
    if (file === null) {
      response.status(204).end();
      return;
    }
    const bytes = new FileBytes(this.layered, { store: this.regions.get(region).store, file, locate });
    const { size, checksum, key } = file;
    await answerFile(request, response, {
      ...{ size: Number(size), checksum, etag: etagOf(file) },
      read: (offset, into, signal) => bytes.read(offset, into, signal),
      cut: (error) => {
        this.#logger.warn({ err: error, key }, 'a download was cut');
      },
    });
  }
}
