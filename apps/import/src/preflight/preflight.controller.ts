import { PreflightImport as PreflightImportContract, type RequestOf, type ResponseOf } from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { PreflightImport } from './preflight-import.ts';

/** What is asked before an import is asked for. */
@Controller()
export class PreflightController {
  constructor(private readonly preflightImport: PreflightImport) {}

  @OnRequest(PreflightImportContract)
  async preflight(
    @Payload() request: RequestOf<typeof PreflightImportContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof PreflightImportContract>> {
    return this.preflightImport.execute(request, call);
  }
}
