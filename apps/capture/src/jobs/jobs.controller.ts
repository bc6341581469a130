import {
  CancelCapture,
  type DataOf,
  type EventEnvelope,
  ImageDeletedV1,
  ImageReadyV1,
  RequestCapture as RequestCaptureContract,
  RequestFlatten as RequestFlattenContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { RequestCapture } from '../captures/request-capture.ts';
import { RequestDigest } from '../digests/request-digest.ts';
import { RequestFlatten } from '../flattens/request-flatten.ts';
import { CancelJob } from './cancel-job.ts';

/** What other services ask of this one, and what it listens to. */
@Controller()
export class JobsController {
  constructor(
    private readonly requestCapture: RequestCapture,
    private readonly requestFlatten: RequestFlatten,
    private readonly requestDigest: RequestDigest,
    private readonly cancelJob: CancelJob,
  ) {}

  @OnRequest(RequestCaptureContract)
  async capture(
    @Payload() request: RequestOf<typeof RequestCaptureContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof RequestCaptureContract>> {
    return this.requestCapture.execute(request, call.context);
  }

  @OnRequest(RequestFlattenContract)
  async flatten(
    @Payload() request: RequestOf<typeof RequestFlattenContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof RequestFlattenContract>> {
    return this.requestFlatten.execute(request, call.context);
  }

  @OnRequest(CancelCapture)
  async cancel(
    @Payload() request: RequestOf<typeof CancelCapture>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof CancelCapture>> {
    return this.cancelJob.execute(request.job_id, call.context);
  }

  @OnEvent(ImageReadyV1)
  async imageReady(
    @Payload() event: EventEnvelope<DataOf<typeof ImageReadyV1>>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    await this.requestDigest.imageReady(context.tx, event.data.image, context.cause);
  }

  @OnEvent(ImageDeletedV1)
  async imageDeleted(
    @Payload() event: EventEnvelope<DataOf<typeof ImageDeletedV1>>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    await this.cancelJob.imageDeleted(context.tx, event.data.image.id, context.cause);
  }
}
