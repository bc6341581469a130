import {
  CancelExport,
  type DataOf,
  type EventEnvelope,
  ImageDeactivatedV1,
  ImageDeletedV1,
  RequestCopy as RequestCopyContract,
  RequestExport as RequestExportContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { CopySources } from '../copies/copy-sources.ts';
import { RequestCopy } from '../copies/request-copy.ts';
import { Destinations } from '../exports/destinations.ts';
import { RequestExport } from '../exports/request-export.ts';
import { CancelJob } from './cancel-job.ts';

/** What other services ask of this one, and what it listens to. */
@Controller()
export class JobsController {
  constructor(
    private readonly requestExport: RequestExport,
    private readonly requestCopy: RequestCopy,
    private readonly cancelJob: CancelJob,
    private readonly destinations: Destinations,
    private readonly copySources: CopySources,
  ) {}

  @OnRequest(RequestExportContract)
  async export(
    @Payload() request: RequestOf<typeof RequestExportContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof RequestExportContract>> {
    return this.requestExport.execute(request, call.context);
  }

  @OnRequest(RequestCopyContract)
  async copy(
    @Payload() request: RequestOf<typeof RequestCopyContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof RequestCopyContract>> {
    return this.requestCopy.execute(request, call.context);
  }

  @OnRequest(CancelExport)
  async cancel(
    @Payload() request: RequestOf<typeof CancelExport>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof CancelExport>> {
    return this.cancelJob.execute(request.job_id, call.context);
  }

  @OnEvent(ImageDeletedV1)
  async imageDeleted(
    @Payload() event: EventEnvelope<DataOf<typeof ImageDeletedV1>>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    await this.cancelJob.imageDeleted(context.tx, event.data.image.id, context.cause);
    await this.#lookAgain(context, event.data.image.id);
  }

  @OnEvent(ImageDeactivatedV1)
  async imageDeactivated(
    @Payload() event: EventEnvelope<DataOf<typeof ImageDeactivatedV1>>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    await this.#lookAgain(context, event.data.image.id);
  }

  /** Whoever reads the image has to look whether it still may. */
  async #lookAgain({ tx }: EventContext, imageId: string): Promise<void> {
    await this.destinations.lookAgain(tx, imageId);
    await this.copySources.lookAgain(tx, imageId);
  }
}
