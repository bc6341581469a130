import {
  type CreateDownloadLink as CreateDownloadLinkContract,
  GetImage,
  ImageDownloadLinkCreatedV1,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type RequestContext, signDownloadLink } from '@imago/identity';
import { inTransaction, Outbox, RequestClient } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { EXPORT_CONFIG } from '../config-token.ts';
import type { ExportConfig } from '../config.ts';
import { requireMayTakeAway, requireReadable } from '../exports/image-access.ts';

/**
 * Makes links to images. A link is not kept anywhere: what it opens stands in it, signed, and whether the image may still
 * be read is looked up when it is used. That it was made is told.
 */
@Injectable()
export class CreateDownloadLink {
  constructor(
    private readonly db: DataSource,
    private readonly requests: RequestClient,
    private readonly outbox: Outbox,
    @Inject(EXPORT_CONFIG) private readonly config: ExportConfig,
  ) {}

  /** @throws Refusal as the contract of `export.createDownloadLink` names them. */
  async execute(
    { image_id, region, disk_format, expires_in }: RequestOf<typeof CreateDownloadLinkContract>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof CreateDownloadLinkContract>> {
    const { image } = await this.requests.send(GetImage, { image_id, region }, { context });
    requireMayTakeAway(image, context, this.config);
    const longest = this.config.EXPORT_LINK_MAXIMUM_SECONDS;
    if (expires_in > longest) {
      throw refusal('link.lifetime_exceeded', `A link lives ${longest} seconds at most.`, { limit: longest });
    }
    requireReadable(image, disk_format);
    const { project_id, correlation_id } = context;
    const [link_id, expiresAt] = [uuidv7(), new Date(Date.now() + expires_in * 1000)];
    const link = { link_id, project_id, region, image_id, disk_format, expires_at: expiresAt.getTime() };
    const token = signDownloadLink(link, this.config.IMAGO_CONTEXT_KEY);
    const expires_at = expiresAt.toISOString();
    const eventId = await inTransaction(this.db, (tx) =>
      this.outbox.add(
        tx,
        {
          event: ImageDownloadLinkCreatedV1,
          ...{ subject: image_id, project_id, region, actor: context.user_id },
          data: { link_id, image_id, disk_format, expires_at },
        },
        { correlation_id },
      ),
    );
    return { link_id, token, expires_at, event_ids: [eventId] };
  }
}
