import {
  DecideQuotaRequest,
  ListQuotaRequests,
  type RequestOf,
  type ResponseOf,
  ShowQuotaRequest,
  SubmitQuotaRequest,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { DecideRequest } from './decide-request.ts';
import { FindRequests } from './find-requests.ts';
import { SubmitRequest } from './submit-request.ts';

/** What tenants ask for, and what operators say to it. */
@Controller()
export class RequestsController {
  constructor(
    private readonly submitRequest: SubmitRequest,
    private readonly decideRequest: DecideRequest,
    private readonly findRequests: FindRequests,
  ) {}

  @OnRequest(SubmitQuotaRequest)
  async submit(
    @Payload() request: RequestOf<typeof SubmitQuotaRequest>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof SubmitQuotaRequest>> {
    return this.submitRequest.execute(request, call);
  }

  @OnRequest(DecideQuotaRequest)
  async decide(
    @Payload() request: RequestOf<typeof DecideQuotaRequest>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof DecideQuotaRequest>> {
    return this.decideRequest.execute(request, call);
  }

  @OnRequest(ListQuotaRequests)
  async list(
    @Payload() request: RequestOf<typeof ListQuotaRequests>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ListQuotaRequests>> {
    return this.findRequests.list(request, call.context);
  }

  @OnRequest(ShowQuotaRequest)
  async show(
    @Payload() request: RequestOf<typeof ShowQuotaRequest>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ShowQuotaRequest>> {
    return this.findRequests.show(request, call.context);
  }
}
