import {
  CancelImport as CancelImportContract,
  type EventEnvelope,
  type DataOf,
  ImageDeletedV1,
  RequestImport as RequestImportContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { EndImageScan } from '../scans/end-image-scan.ts';
import { AbandonUpload } from '../uploads/abandon-upload.ts';
import { CancelImport } from './cancel-import.ts';
import { ImportJobs } from './import-jobs.ts';
import { RequestImport } from './request-import.ts';

/** What other services ask of imports, and what imports listen to. */
@Controller()
export class ImportsController {
  constructor(
    private readonly requestImport: RequestImport,
    private readonly cancelImport: CancelImport,
    private readonly jobs: ImportJobs,
    private readonly abandonUpload: AbandonUpload,
    private readonly scans: EndImageScan,
  ) {}

  @OnRequest(RequestImportContract)
  async request(
    @Payload() request: RequestOf<typeof RequestImportContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof RequestImportContract>> {
    return this.requestImport.execute(request, call.context);
  }

  @OnRequest(CancelImportContract)
  async cancel(
    @Payload() request: RequestOf<typeof CancelImportContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof CancelImportContract>> {
    return this.cancelImport.execute(request.job_id, call.context);
  }

  /** An image deleted in the making needs no bytes any more, and nobody wants to know what is in it. */
  @OnEvent(ImageDeletedV1)
  async imageDeleted(
    @Payload() event: EventEnvelope<DataOf<typeof ImageDeletedV1>>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    for (const job of await this.jobs.store.lockAliveOfImage(context.tx, event.data.image.id)) {
      await this.cancelImport.cancel(context.tx, job, context.cause);
    }
    await this.abandonUpload.imageDeleted(context.tx, event.data.image.id);
    await this.scans.imageDeleted(context.tx, event.data.image.id, context.cause);
  }
}
