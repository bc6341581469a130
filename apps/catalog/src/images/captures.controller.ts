import {
  type DataOf,
  DescribeLayers as DescribeLayersContract,
  type EventEnvelope,
  FullMachineCapturedV1,
  ImageCaptureCancelledV1,
  ImageCapturedV1,
  ImageCaptureFailedV1,
  ImageDigestedV1,
  ImageFlattenCancelledV1,
  ImageFlattenedV1,
  ImageFlattenFailedV1,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { DescribeLayers } from '../objects/describe-layers.ts';
import { LayerOutcomes } from './layer-outcomes.ts';
import { MakingOutcomes } from './making-outcomes.ts';

/** What the capture service says of images and asks about them: how captures end, and what becomes of layers after. */
@Controller()
export class CapturesController {
  constructor(
    private readonly making: MakingOutcomes,
    private readonly layers: LayerOutcomes,
    private readonly describeLayers: DescribeLayers,
  ) {}

  @OnRequest(DescribeLayersContract)
  async describe(
    @Payload() request: RequestOf<typeof DescribeLayersContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof DescribeLayersContract>> {
    return this.describeLayers.execute(request, call.context);
  }

  @OnEvent(ImageCapturedV1)
  async captured(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageCapturedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    const { image_id, job, object, origin } = data;
    await this.making.stored(tx, { image_id, job_id: job.id, cause }, { object, from: { origin } });
  }

  @OnEvent(FullMachineCapturedV1)
  async machineCaptured(
    @Payload() { data }: EventEnvelope<DataOf<typeof FullMachineCapturedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    const { image_id, job, object, origin, data_disks } = data;
    await this.making.stored(tx, { image_id, job_id: job.id, cause }, { object, from: { origin }, data_disks });
  }

  @OnEvent(ImageCaptureFailedV1)
  async captureFailed(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageCaptureFailedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.making.failed(tx, { image_id: data.image_id, job_id: data.job.id, cause }, data.error);
  }

  @OnEvent(ImageCaptureCancelledV1)
  async captureCancelled(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageCaptureCancelledV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.making.failed(tx, { image_id: data.image_id, job_id: data.job.id, cause }, data.error);
  }

  @OnEvent(ImageDigestedV1)
  async digested(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageDigestedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    const { image_id, object_id, ...hashes } = data;
    await this.layers.digested(tx, { image_id, object_id, hashes, cause });
  }

  @OnEvent(ImageFlattenedV1)
  async flattened(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageFlattenedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.layers.flattened(tx, { image_id: data.image_id, job_id: data.job.id, cause }, data.object);
  }

  @OnEvent(ImageFlattenFailedV1)
  async flattenFailed(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageFlattenFailedV1>>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.layers.flattenEnded(tx, { image_id: data.image_id, job_id: data.job.id });
  }

  @OnEvent(ImageFlattenCancelledV1)
  async flattenCancelled(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageFlattenCancelledV1>>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.layers.flattenEnded(tx, { image_id: data.image_id, job_id: data.job.id });
  }
}
