import {
  BootProofWantedV1,
  CancelBootProof,
  type DataOf,
  type EventEnvelope,
  ImageDeletedV1,
  RequestBootProof as RequestBootProofContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { EndBootProof } from './end-boot-proof.ts';
import { OrderBootProof } from './order-boot-proof.ts';
import { RequestBootProof } from './request-boot-proof.ts';

/** Images that are to be booted once: because somebody asks, or had wished for it before there was an image. */
@Controller()
export class BootProofsController {
  constructor(
    private readonly requestBootProof: RequestBootProof,
    private readonly orders: OrderBootProof,
    private readonly ending: EndBootProof,
  ) {}

  @OnRequest(RequestBootProofContract)
  async request(
    @Payload() request: RequestOf<typeof RequestBootProofContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof RequestBootProofContract>> {
    return this.requestBootProof.execute(request, context);
  }

  @OnRequest(CancelBootProof)
  async cancel(
    @Payload() request: RequestOf<typeof CancelBootProof>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CancelBootProof>> {
    return this.ending.cancel(request.job_id, context);
  }

  /** An image becomes active once. No key of a caller has a space in it. */
  @OnEvent(BootProofWantedV1)
  async wanted(
    @Payload() { data }: EventEnvelope<DataOf<typeof BootProofWantedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    const { image_id, region, owner } = data;
    const about = { image_id, region, project_id: owner, correlation_id: cause.correlation_id };
    await this.orders.record(tx, { ...about, key: `ready ${image_id}`, actor: cause.actor ?? null });
  }

  @OnEvent(ImageDeletedV1)
  async deleted(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageDeletedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.ending.imageDeleted(tx, data.image.id, cause);
  }
}
