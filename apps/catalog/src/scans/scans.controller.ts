import {
  type DataOf,
  type EventEnvelope,
  GetImageScan,
  ImageScannedV1,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ImageScans } from './image-scans.ts';

/** What is in the files of images, as import found it. */
@Controller()
export class ScansController {
  constructor(private readonly scans: ImageScans) {}

  @OnRequest(GetImageScan)
  async get(
    @Payload() request: RequestOf<typeof GetImageScan>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof GetImageScan>> {
    return this.scans.get(request, call.context);
  }

  @OnEvent(ImageScannedV1)
  async scanned(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageScannedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.scans.scanned(tx, data.image_id, data.scan, cause);
  }
}
