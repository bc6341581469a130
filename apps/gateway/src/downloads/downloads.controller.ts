import { createHash } from 'node:crypto';
import { DescribeLayers, type HeldObject, type ImageRecord, refusal } from '@imago/contracts';
import { fillFrom } from '@imago/disk-image';
import { type DownloadLink, serviceContext } from '@imago/identity';
import { isDamage, openImageFile } from '@imago/image-transfer';
import { RequestClient } from '@imago/messaging';
import { ObjectNotFoundError, Regions } from '@imago/object-store';
import { exchangeOf } from '@imago/service';
import { Controller, Get, Logger, Param, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { answerFile } from '../images/answer-file.ts';
import { type DownloadQuery, downloadQuery } from './download-link-body.ts';
import { LinkTokens } from './link-tokens.ts';

type Described = { readonly image: ImageRecord; readonly object: HeldObject };

/** Images for whoever has a link to them. The token stands in the query, which is never logged. */
@Controller('v1/downloads')
export class DownloadsController {
  readonly #logger = new Logger(DownloadsController.name);

  constructor(
    private readonly requests: RequestClient,
    private readonly regions: Regions,
    private readonly tokens: LinkTokens,
  ) {}

  @Get(':image_id')
  async download(
    @Param('image_id') id: string,
    @Query({ schema: downloadQuery }) { token }: DownloadQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const link = this.tokens.verify(token);
    if (link.image_id !== id) throw refusal('link.invalid', 'This link is to another image.');
    const { image, object } = await this.#describe(link, request);
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    const { store } = this.regions.get(link.region);
    const file = await openImageFile(store, object, { format: link.disk_format, signal: gone.signal }).catch(
      (error: unknown) => {
        throw damageTold(error);
      },
    );
    this.#logger.log({ link_id: link.link_id, image_id: id }, 'a link is used');
    response.attachment(fileName(image, link));
    response.setHeader('Referrer-Policy', 'no-referrer');
    await answerFile(request, response, {
      size: file.size,
      checksum: link.disk_format === image.disk_format ? image.checksum : null,
      etag: etagOf(object, link),
      read: async (offset, into, signal) => {
        await fillFrom(file, offset, into, signal);
        return into;
      },
      cut: (error) => {
        this.#logger.warn({ err: error, link_id: link.link_id }, 'a download was cut');
      },
    });
  }

  /** A link dies with its image, and sleeps as long as that is closed. */
  async #describe({ image_id, region, project_id }: DownloadLink, request: Request): Promise<Described> {
    const context = serviceContext('gateway', project_id, exchangeOf(request).correlation_id);
    const described = await this.requests.send(DescribeLayers, { image_id, region }, { context });
    if (described.image.status === 'active') return described;
    throw refusal('image.deactivated', 'The image is deactivated.');
  }
}

/** The same file as long as the image lives, whatever it is stored in. */
function etagOf({ index_hash, object_id }: HeldObject, { disk_format }: DownloadLink): string {
  return `"${createHash('sha256')
    .update(`${index_hash ?? object_id} ${disk_format}`)
    .digest('hex')
    .slice(0, 32)}"`;
}

/** What a browser saves it as: the name of the image, without anything a file system could take for something else. */
function fileName({ id, name }: ImageRecord, { disk_format }: DownloadLink): string {
  const safe = (name ?? '')
    .replaceAll(/[^\p{L}\p{N} _-]+/gu, '_')
    .trim()
    .slice(0, 100);
  return `${/[\p{L}\p{N}]/u.test(safe) ? safe : id}.${disk_format}`;
}

function damageTold(error: unknown): unknown {
  if (error instanceof ObjectNotFoundError) return refusal('image.not_found', 'There is no such image any more.');
  return isDamage(error) ? refusal('export.image_damaged', 'The image is not in the store as it was stored.') : error;
}
