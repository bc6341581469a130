import {
  type DataOf,
  type EventEnvelope,
  ImageShareAcceptedV1,
  ImageSharedV1,
  ImageShareReconsideredV1,
  ImageShareRejectedV1,
  ImageUnsharedV1,
} from '@imago/contracts';
import { type EventContext, OnEvent } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ShareOutcomes } from './share-outcomes.ts';

/** What catalog hears of shares. */
@Controller()
export class SharesController {
  constructor(private readonly outcomes: ShareOutcomes) {}

  @OnEvent(ImageSharedV1)
  async shared(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageSharedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.outcomes.listed(tx, { ...data, becomes: 'shared' }, cause);
  }

  @OnEvent(ImageUnsharedV1)
  async unshared(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageUnsharedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.outcomes.listed(tx, { ...data, becomes: data.closes ? 'private' : 'as_it_was' }, cause);
  }

  @OnEvent(ImageShareAcceptedV1)
  async accepted(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageShareAcceptedV1>>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.outcomes.answered(tx, data.share);
  }

  @OnEvent(ImageShareRejectedV1)
  async rejected(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageShareRejectedV1>>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.outcomes.answered(tx, data.share);
  }

  @OnEvent(ImageShareReconsideredV1)
  async reconsidered(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageShareReconsideredV1>>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.outcomes.answered(tx, data.share);
  }
}
