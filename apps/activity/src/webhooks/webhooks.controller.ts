import {
  CreateWebhook as CreateWebhookContract,
  DeleteWebhook as DeleteWebhookContract,
  ListWebhooks,
  type RequestOf,
  type ResponseOf,
  ShowWebhook,
  UpdateWebhook as UpdateWebhookContract,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { CreateWebhook } from './create-webhook.ts';
import { DeleteWebhook } from './delete-webhook.ts';
import { DeliveryWorker } from './delivery-worker.ts';
import { FindWebhooks } from './find-webhooks.ts';
import { UpdateWebhook } from './update-webhook.ts';

/** Who is told of events, as others ask for it. */
@Controller()
export class WebhooksController {
  constructor(
    private readonly createWebhook: CreateWebhook,
    private readonly updateWebhook: UpdateWebhook,
    private readonly deleteWebhook: DeleteWebhook,
    private readonly findWebhooks: FindWebhooks,
    private readonly worker: DeliveryWorker,
  ) {}

  @OnRequest(CreateWebhookContract)
  async create(
    @Payload() request: RequestOf<typeof CreateWebhookContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof CreateWebhookContract>> {
    return this.createWebhook.execute(request, call);
  }

  @OnRequest(ListWebhooks)
  async list(
    @Payload() request: RequestOf<typeof ListWebhooks>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ListWebhooks>> {
    return this.findWebhooks.list(request, call.context);
  }

  @OnRequest(ShowWebhook)
  async show(
    @Payload() request: RequestOf<typeof ShowWebhook>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ShowWebhook>> {
    return this.findWebhooks.show(request, call.context);
  }

  @OnRequest(UpdateWebhookContract)
  async update(
    @Payload() request: RequestOf<typeof UpdateWebhookContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof UpdateWebhookContract>> {
    const answer = await this.updateWebhook.execute(request, call);
    this.worker.wake(); // what waited while it was disabled
    return answer;
  }

  @OnRequest(DeleteWebhookContract)
  async delete(
    @Payload() request: RequestOf<typeof DeleteWebhookContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof DeleteWebhookContract>> {
    await this.deleteWebhook.execute(request, call);
    return {};
  }
}
