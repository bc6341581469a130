import {
  ListWebhookDeliveries,
  ReplayParkedDeliveries,
  ReplayWebhookDelivery,
  type RequestOf,
  type ResponseOf,
  ShowWebhookDelivery,
  TestWebhook,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { FindWebhooks } from './find-webhooks.ts';
import { SendAgain } from './send-again.ts';

/** What is on its way to webhooks, as others ask for it. */
@Controller()
export class DeliveriesController {
  constructor(
    private readonly findWebhooks: FindWebhooks,
    private readonly sendAgain: SendAgain,
  ) {}

  @OnRequest(ListWebhookDeliveries)
  async list(
    @Payload() request: RequestOf<typeof ListWebhookDeliveries>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ListWebhookDeliveries>> {
    return this.findWebhooks.listDeliveries(request, call.context);
  }

  @OnRequest(ShowWebhookDelivery)
  async show(
    @Payload() request: RequestOf<typeof ShowWebhookDelivery>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ShowWebhookDelivery>> {
    return this.findWebhooks.showDelivery(request, call.context);
  }

  @OnRequest(TestWebhook)
  async test(
    @Payload() request: RequestOf<typeof TestWebhook>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof TestWebhook>> {
    return this.sendAgain.test(request, call);
  }

  @OnRequest(ReplayWebhookDelivery)
  async replay(
    @Payload() request: RequestOf<typeof ReplayWebhookDelivery>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ReplayWebhookDelivery>> {
    return this.sendAgain.replay(request, call);
  }

  @OnRequest(ReplayParkedDeliveries)
  async replayParked(
    @Payload() request: RequestOf<typeof ReplayParkedDeliveries>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ReplayParkedDeliveries>> {
    return this.sendAgain.replayParked(request, call);
  }
}
