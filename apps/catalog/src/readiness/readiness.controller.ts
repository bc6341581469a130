import {
  CapturedImageExaminedV1,
  type DataOf,
  type EventEnvelope,
  GetImageGeneralization,
  GetImageReadiness,
  ImageGeneralizedV1,
  ImportedImageExaminedV1,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ImageReadiness } from './image-readiness.ts';

/** Whether images are fit for servers, and what was changed so that they are, as those who made them say. */
@Controller()
export class ReadinessController {
  constructor(private readonly readiness: ImageReadiness) {}

  @OnRequest(GetImageReadiness)
  async get(
    @Payload() request: RequestOf<typeof GetImageReadiness>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof GetImageReadiness>> {
    return this.readiness.readiness(request, call.context);
  }

  @OnRequest(GetImageGeneralization)
  async generalization(
    @Payload() request: RequestOf<typeof GetImageGeneralization>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof GetImageGeneralization>> {
    return this.readiness.generalization(request, call.context);
  }

  @OnEvent(ImportedImageExaminedV1)
  async imported(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImportedImageExaminedV1>>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    const { image_id, report, examined_at: at } = data;
    await this.readiness.keep(tx, 'readiness', image_id, { report, at });
  }

  @OnEvent(CapturedImageExaminedV1)
  async captured(
    @Payload() { data }: EventEnvelope<DataOf<typeof CapturedImageExaminedV1>>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    const { image_id, report, examined_at: at } = data;
    await this.readiness.keep(tx, 'readiness', image_id, { report, at });
  }

  @OnEvent(ImageGeneralizedV1)
  async generalized(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageGeneralizedV1>>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    const { image_id, report, generalized_at: at } = data;
    await this.readiness.keep(tx, 'generalizations', image_id, { report, at });
  }
}
