import {
  AllocateObject as AllocateObjectContract,
  BeginUpload as BeginUploadContract,
  type DataOf,
  type EventEnvelope,
  ImageUploadedV1,
  ImageUploadFailedV1,
  ReconcileObjects as ReconcileObjectsContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { UploadOutcomes } from '../images/upload-outcomes.ts';
import { AllocateObject } from './allocate-object.ts';
import { BeginUpload } from './begin-upload.ts';
import { ReconcileObjects } from './reconcile-objects.ts';

/** What writers and operators ask about stored objects, and how uploads to them end. */
@Controller()
export class ObjectsController {
  constructor(
    private readonly allocateObject: AllocateObject,
    private readonly reconcileObjects: ReconcileObjects,
    private readonly beginUpload: BeginUpload,
    private readonly uploads: UploadOutcomes,
  ) {}

  @OnRequest(AllocateObjectContract)
  async allocate(
    @Payload() request: RequestOf<typeof AllocateObjectContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof AllocateObjectContract>> {
    return this.allocateObject.execute(request, call.context, call.cause);
  }

  @OnRequest(ReconcileObjectsContract)
  async reconcile(
    @Payload() { region }: RequestOf<typeof ReconcileObjectsContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ReconcileObjectsContract>> {
    return this.reconcileObjects.execute(region, call.context);
  }

  @OnRequest(BeginUploadContract)
  async begin(
    @Payload() request: RequestOf<typeof BeginUploadContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof BeginUploadContract>> {
    return this.beginUpload.execute(request, call.context, call.cause);
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
