import {
  type DataOf,
  type EventEnvelope,
  GetBootProof,
  ImageBootNotProvenV1,
  ImageBootProvenV1,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ImageBootProofs } from './image-boot-proofs.ts';

/** Whether images boot, as compute saw. */
@Controller()
export class BootProofsController {
  constructor(private readonly proofs: ImageBootProofs) {}

  @OnRequest(GetBootProof)
  async get(
    @Payload() request: RequestOf<typeof GetBootProof>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof GetBootProof>> {
    return this.proofs.get(request, call.context);
  }

  @OnEvent(ImageBootProvenV1)
  async proven(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageBootProvenV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.proofs.booted(tx, data.image_id, data.proof, cause);
  }

  @OnEvent(ImageBootNotProvenV1)
  async notProven(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageBootNotProvenV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.proofs.booted(tx, data.image_id, data.proof, cause);
  }
}
