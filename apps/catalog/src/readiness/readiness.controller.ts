import {
  CapturedImageExaminedV1,
  type DataOf,
  type EventEnvelope,
  GetImageReadiness,
  ImportedImageExaminedV1,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ImageReadiness } from './image-readiness.ts';

/** Whether images are fit for servers, as those who made them found. */
@Controller()
export class ReadinessController {
  constructor(private readonly readiness: ImageReadiness) {}

  @OnRequest(GetImageReadiness)
  async get(
    @Payload() request: RequestOf<typeof GetImageReadiness>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof GetImageReadiness>> {
    return this.readiness.get(request, call.context);
  }

  @OnEvent(ImportedImageExaminedV1)
  async imported(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImportedImageExaminedV1>>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.readiness.examined(tx, data.image_id, data);
  }

  @OnEvent(CapturedImageExaminedV1)
  async captured(
    @Payload() { data }: EventEnvelope<DataOf<typeof CapturedImageExaminedV1>>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.readiness.examined(tx, data.image_id, data);
  }
}
