import { DomainError, Refusal, refusal } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { ObjectNotFoundError, ObjectStoreUnavailableError, Regions } from '@imago/object-store';
import { Controller, HttpCode, Param, Put, Req } from '@nestjs/common';
import type { Request } from 'express';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { announcedSize, requireNamedStore, sizeMismatch } from './file-headers.ts';
import { ReceivedFile, type StoredParts } from './received-file.ts';
import { UploadSession } from './upload-session.ts';

/** The bytes of an image, straight from the client to the object store. */
@Controller('v2/images')
export class ImageUploadController {
  constructor(
    private readonly requests: RequestClient,
    private readonly regions: Regions,
  ) {}

  /** Answers when the image is active. Whatever goes wrong before leaves it `queued`, with no bytes of it stored. */
  @Put(':image_id/file')
  @HttpCode(204)
  async upload(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
    @Req() request: Request,
  ): Promise<void> {
    requireNamedStore(request, region);
    await this.#receive(request, { id, region, context, stages: false });
  }

  /** The bytes of an image before it is one: kept as they come, and judged by the import that reads them. */
  @Put(':image_id/stage')
  @HttpCode(204)
  async stage(
    @Param('image_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
    @Req() request: Request,
  ): Promise<void> {
    await this.#receive(request, { id, region, context, stages: true });
  }

  async #receive(request: Request, { id, region, context, stages }: Receiving): Promise<void> {
    const imageId = idInPath(id, 'image.not_found');
    const announced = announcedSize(request);
    const size = announced === null ? null : String(announced);
    const session = await UploadSession.open(this.requests, context, { image_id: imageId, region, size, stages });
    try {
      const stored = await this.#store(request, { session, region, announced });
      request.setTimeout(0); // all has come: from here on it is the client that waits
      await session.finish(stored);
    } catch (error) {
      const reason = reasonOf(error, request);
      await session.abandon(reason);
      throw reason.code === 'internal' ? error : reason;
    }
  }

  async #store(request: Request, { session, region, announced }: Upload): Promise<StoredParts> {
    const { key, upload_id, part_size, maximum_size } = session.place;
    const most = announced ?? Number(maximum_size);
    const { store } = this.regions.get(region);
    const upload = { key, upload_id };
    const file = new ReceivedFile({ store, upload, partSize: part_size, most, signal: session.gone });
    try {
      // A request that is left early must stay: the sender is still to be told why.
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        if (file.size + chunk.length > most) throw tooMuch(announced, most, file.size + chunk.length);
        await file.write(chunk);
      }
      if (announced !== null && file.size !== announced) throw sizeMismatch(announced, file.size);
      return await file.finish();
    } finally {
      await file.close();
    }
  }
}

interface Receiving {
  readonly id: string;
  readonly region: string;
  readonly context: RequestContext;
  readonly stages: boolean;
}

interface Upload {
  readonly session: UploadSession;
  readonly region: string;
  /** Bytes the sender says will come. */
  readonly announced: number | null;
}

function tooMuch(announced: number | null, most: number, found: number): Error {
  if (announced !== null) return sizeMismatch(announced, found);
  return refusal('upload.too_large', `The file is over the limit of ${most} bytes.`, { maximum_size: String(most) });
}

/** Why an upload ended, in words its owner can read. */
function reasonOf(error: unknown, request: Request): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof DomainError) return refusal(error.code, error.message, error.details);
  if (request.readableAborted) return refusal('upload.cut', 'The connection broke before the file was whole.');
  // Only the sweep of a deleted image, or of a lost session, takes an upload away.
  if (error instanceof ObjectNotFoundError)
    return refusal('upload.gone', 'The image was deleted while it was uploaded.');
  if (error instanceof ObjectStoreUnavailableError) {
    return refusal('service.unavailable', 'The store of this region does not answer.');
  }
  return refusal('internal', 'The file could not be stored.');
}
