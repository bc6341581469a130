import { GetLimit, type RequestOf, type ResponseOf, ShowQuotas as ShowQuotasContract } from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ShowQuotas } from './show-quotas.ts';

/** What tenants, operators and services ask about limits. */
@Controller()
export class LimitsController {
  constructor(private readonly showQuotas: ShowQuotas) {}

  @OnRequest(ShowQuotasContract)
  async show(
    @Payload() request: RequestOf<typeof ShowQuotasContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ShowQuotasContract>> {
    return this.showQuotas.execute(request, call.context);
  }

  @OnRequest(GetLimit)
  async limit(
    @Payload() request: RequestOf<typeof GetLimit>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof GetLimit>> {
    return this.showQuotas.limit(request, call.context);
  }
}
