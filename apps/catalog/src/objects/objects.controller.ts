import {
  AllocateObject as AllocateObjectContract,
  BeginUpload as BeginUploadContract,
  type DataOf,
  type EventEnvelope,
  HoldImage as HoldImageContract,
  ImageUploadedV1,
  ImageUploadFailedV1,
  ReleaseHolds as ReleaseHoldsContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { UploadOutcomes } from '../images/upload-outcomes.ts';
import { AllocateObject } from './allocate-object.ts';
import { BeginUpload } from './begin-upload.ts';
import { HoldImage } from './hold-image.ts';
import { ReleaseHolds } from './release-holds.ts';

/** What writers and keepers ask about stored objects, and how uploads to them end. */
@Controller()
export class ObjectsController {
  constructor(
    private readonly allocateObject: AllocateObject,
    private readonly beginUpload: BeginUpload,
    private readonly uploads: UploadOutcomes,
    private readonly holdImage: HoldImage,
    private readonly releaseHolds: ReleaseHolds,
  ) {}

  @OnRequest(AllocateObjectContract)
  async allocate(
    @Payload() request: RequestOf<typeof AllocateObjectContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof AllocateObjectContract>> {
    return this.allocateObject.execute(request, call.context, call.cause);
  }

  @OnRequest(BeginUploadContract)
  async begin(
    @Payload() request: RequestOf<typeof BeginUploadContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof BeginUploadContract>> {
    return this.beginUpload.execute(request, call);
  }

  @OnRequest(HoldImageContract)
  async hold(
    @Payload() request: RequestOf<typeof HoldImageContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof HoldImageContract>> {
    return this.holdImage.execute(request, call);
  }

  @OnRequest(ReleaseHoldsContract)
  async release(
    @Payload() request: RequestOf<typeof ReleaseHoldsContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ReleaseHoldsContract>> {
    return this.releaseHolds.execute(request, call.context);
  }

  @OnEvent(ImageUploadedV1)
  async uploaded(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageUploadedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.uploads.stored(tx, { ...data, cause }, data.object);
  }

  @OnEvent(ImageUploadFailedV1)
  async uploadFailed(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageUploadFailedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.uploads.failed(tx, { ...data, cause });
  }
}
