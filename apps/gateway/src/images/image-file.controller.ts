import { LocateImageFile, refusal } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { ObjectNotFoundError, ObjectStoreUnavailableError, Regions } from '@imago/object-store';
import { Controller, Get, Logger, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { type ByteRange, parseRange } from './byte-range.ts';
import { FileBytes, type FilePlace } from './file-bytes.ts';
import { etagOf } from './file-etag.ts';
import { LayeredFiles, type StoredFile } from './layered-files.ts';
import { sendFile } from './send-file.ts';

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
    const etag = etagOf(file);
    response.setHeader('ETag', etag);
    response.setHeader('Accept-Ranges', 'bytes');
    if (isKnown(request.get('if-none-match'), etag)) {
      response.status(304).end();
      return;
    }
    const part = partOf(request, response, file, etag);
    if (request.method === 'HEAD') {
      describePart(response, file, part);
      response.end();
      return;
    }
    await this.#send({ store: this.regions.get(region).store, file, locate }, part, response);
  }

  /** One chunk after the other as fast as the client takes them; a client that goes away ends the reading at once. */
  async #send(place: FilePlace, part: ByteRange | null, response: Response): Promise<void> {
    if (response.destroyed) return;
    const { file } = place;
    const bytes = new FileBytes(this.layered, place);
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    const range = part ?? { offset: 0, length: Number(file.size) };
    try {
      await sendFile(response, {
        read: (offset, into) => bytes.read(offset, into, gone.signal),
        range,
        signal: gone.signal,
        begin: () => {
          describePart(response, file, part);
        },
      });
    } catch (error) {
      if (gone.signal.aborted && !response.errored) return; // the client left; its log line says so
      if (!response.headersSent) throw storeRefusal(error);
      this.#logger.warn({ err: error, key: file.key }, 'a download was cut');
      response.destroy();
    }
  }
}

/** What is read of the object: a range when the client asks for one of the image as it is now, else all of it. */
function partOf(request: Request, response: Response, file: StoredFile, etag: string): ByteRange | null {
  const asked = request.get('range') ?? request.get('content-range');
  const condition = request.get('if-range');
  if (asked === undefined || (condition !== undefined && condition !== etag)) return null;
  try {
    return parseRange(asked, Number(file.size));
  } catch (error) {
    response.setHeader('Content-Range', `bytes */${file.size}`);
    throw error;
  }
}

function describePart(response: Response, file: StoredFile, part: ByteRange | null): void {
  response.setHeader('Content-Type', 'application/octet-stream');
  if (part === null) {
    response.status(200).setHeader('Content-Length', file.size);
    // Glance sends the hex digest under this name, and clients compare it with what they received.
    if (file.checksum !== null) response.setHeader('Content-MD5', file.checksum);
    return;
  }
  const last = part.offset + part.length - 1;
  response.status(206).setHeader('Content-Length', part.length);
  response.setHeader('Content-Range', `bytes ${part.offset}-${last}/${file.size}`);
}

/** What a client is told of an error of the store. Anything that is not the store's stays what it is. */
function storeRefusal(error: unknown): unknown {
  if (error instanceof ObjectStoreUnavailableError) {
    return refusal('service.unavailable', 'The store of this region does not answer.');
  }
  // Deleted between the look at the catalog and this: the same answer as a moment later.
  return error instanceof ObjectNotFoundError ? refusal('image.not_found', 'There is no such image any more.') : error;
}

/** Whether an If-None-Match names what there is: any of several, `*`, and weak ones compare like strong ones here. */
function isKnown(condition: string | undefined, etag: string): boolean {
  const known = (condition ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}
