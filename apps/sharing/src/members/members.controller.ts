import {
  type DataOf,
  type EventEnvelope,
  ImageDeletedV1,
  ImageUpdatedV1,
  ListImageShares,
  type RequestOf,
  type ResponseOf,
  ShareImage as ShareImageContract,
  ShowImageShare,
  UnshareImage as UnshareImageContract,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { FindShares } from './find-shares.ts';
import { ImageChanges } from './image-changes.ts';
import { ShareImage } from './share-image.ts';
import { UnshareImage } from './unshare-image.ts';

/** What the owners of images ask, and what catalog tells. */
@Controller()
export class MembersController {
  constructor(
    private readonly shareImage: ShareImage,
    private readonly unshareImage: UnshareImage,
    private readonly findShares: FindShares,
    private readonly imageChanges: ImageChanges,
  ) {}

  @OnRequest(ShareImageContract)
  async share(
    @Payload() request: RequestOf<typeof ShareImageContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ShareImageContract>> {
    return this.shareImage.execute(request, call);
  }

  @OnRequest(UnshareImageContract)
  async unshare(
    @Payload() request: RequestOf<typeof UnshareImageContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof UnshareImageContract>> {
    return this.unshareImage.execute(request, call);
  }

  @OnRequest(ListImageShares)
  async list(
    @Payload() request: RequestOf<typeof ListImageShares>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ListImageShares>> {
    return this.findShares.ofImage(request, call.context);
  }

  @OnRequest(ShowImageShare)
  async show(
    @Payload() request: RequestOf<typeof ShowImageShare>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ShowImageShare>> {
    return this.findShares.show(request, call.context);
  }

  @OnEvent(ImageUpdatedV1)
  async updated(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageUpdatedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.imageChanges.updated(tx, data.image, cause);
  }

  @OnEvent(ImageDeletedV1)
  async deleted(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageDeletedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.imageChanges.deleted(tx, data.image, cause);
  }
}
