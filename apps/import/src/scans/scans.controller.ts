import {
  CancelImageScan,
  RequestImageScan as RequestImageScanContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { EndImageScan } from './end-image-scan.ts';
import { RequestImageScan } from './request-image-scan.ts';

/** Images that are to be scanned because somebody asks. */
@Controller()
export class ScansController {
  constructor(
    private readonly requestScan: RequestImageScan,
    private readonly ending: EndImageScan,
  ) {}

  @OnRequest(RequestImageScanContract)
  async request(
    @Payload() request: RequestOf<typeof RequestImageScanContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof RequestImageScanContract>> {
    return this.requestScan.execute(request, context);
  }

  @OnRequest(CancelImageScan)
  async cancel(
    @Payload() request: RequestOf<typeof CancelImageScan>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CancelImageScan>> {
    return this.ending.cancel(request.job_id, context);
  }
}
