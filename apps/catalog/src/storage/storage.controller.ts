import { ReportStorage as ReportStorageContract, type RequestOf, type StorageReport } from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ReportStorage } from './report-storage.ts';

/** What operators ask about the bytes of all images. */
@Controller()
export class StorageController {
  constructor(private readonly reportStorage: ReportStorage) {}

  @OnRequest(ReportStorageContract)
  async report(
    @Payload() request: RequestOf<typeof ReportStorageContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<StorageReport> {
    return this.reportStorage.report(request, context);
  }
}
