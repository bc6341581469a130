import {
  RequestOfflineImport as RequestOfflineImportContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { RequestOfflineImport } from './request-offline-import.ts';

/** What operators import for others. */
@Controller()
export class OfflineImportsController {
  constructor(private readonly requestOfflineImport: RequestOfflineImport) {}

  @OnRequest(RequestOfflineImportContract)
  async request(
    @Payload() request: RequestOf<typeof RequestOfflineImportContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof RequestOfflineImportContract>> {
    return this.requestOfflineImport.execute(request, context);
  }
}
