import { GetImageDamages, GetScrubs, type RequestOf, type ResponseOf, StartScrub } from '@imago/contracts';
import { requireAllowed } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ImageDamages } from './image-damages.ts';
import { Scrubber } from './scrubber.ts';
import { ShowScrubs } from './show-scrubs.ts';

/** How stored objects are read again, and what was found. */
@Controller()
export class ScrubsController {
  constructor(
    private readonly scrubs: ShowScrubs,
    private readonly scrubber: Scrubber,
    private readonly damages: ImageDamages,
  ) {}

  @OnRequest(GetScrubs)
  async get(
    @Payload() { region }: RequestOf<typeof GetScrubs>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof GetScrubs>> {
    requireAllowed('scrub.get', context, 'operator');
    return this.scrubs.ofRegion(region);
  }

  @OnRequest(StartScrub)
  async start(
    @Payload() { region }: RequestOf<typeof StartScrub>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof StartScrub>> {
    requireAllowed('scrub.start', context, 'operator');
    return { started: await this.scrubber.start(region) };
  }

  @OnRequest(GetImageDamages)
  async ofImage(
    @Payload() request: RequestOf<typeof GetImageDamages>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof GetImageDamages>> {
    return this.damages.get(request, context);
  }
}
