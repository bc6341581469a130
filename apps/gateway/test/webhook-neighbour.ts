import {
  CreateWebhook,
  DeleteWebhook,
  ListWebhookDeliveries,
  ListWebhooks,
  refusal,
  ReplayParkedDeliveries,
  ReplayWebhookDelivery,
  type RequestOf,
  type ResponseOf,
  ShowWebhook,
  ShowWebhookDelivery,
  TestWebhook,
  UpdateWebhook,
  type WebhookDelivery,
  type WebhookRecord,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';

const SECRET = `whsec_${'A'.repeat(44)}`;
const NOW = '2026-03-01T00:00:00.000Z';

/** What activity knows of webhooks, and what was asked of it. */
export class WebhookBook {
  readonly webhooks = new Map<string, WebhookRecord>();
  readonly deliveries: WebhookDelivery[] = [];
  readonly created: RequestOf<typeof CreateWebhook>[] = [];
  readonly changes: RequestOf<typeof UpdateWebhook>[] = [];
  readonly lists: RequestOf<typeof ListWebhooks>[] = [];
  readonly deliveryLists: RequestOf<typeof ListWebhookDeliveries>[] = [];
  readonly sent: { readonly what: string; readonly delivery_id: string | null }[] = [];
}

/** A delivery that was given up. */
export function aDelivery(webhook_id: string, id: string): WebhookDelivery {
  return {
    ...{ id, webhook_id, event_id: id, event_type: 'ImageReady', subject: 'i-1', state: 'parked', attempts: 12 },
    ...{ next_attempt_at: null, last_attempt_at: NOW, last_status: 500, created_at: NOW, finished_at: NOW },
    error: { code: 'webhook.rejected', message: 'The receiver answered with 500.', remedy: 'Let it answer.' },
  };
}

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

@Controller()
export class WebhookNeighbour {
  constructor(private readonly book: WebhookBook) {}

  @OnRequest(CreateWebhook)
  async create(
    @Payload() request: RequestOf<typeof CreateWebhook>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CreateWebhook>> {
    this.book.created.push(request);
    const { webhook_id: id, region, url, types } = request;
    const { project_id, user_id: created_by } = context;
    const webhook = this.book.webhooks.get(id) ?? {
      ...{ id, project_id, region, url, types, created_by, state: 'enabled' as const, reason: null },
      ...{ created_at: NOW, updated_at: NOW, version: 1 },
    };
    this.book.webhooks.set(id, webhook);
    return { webhook, secret: request.secret ?? SECRET };
  }

  @OnRequest(ListWebhooks)
  async list(
    @Payload() request: RequestOf<typeof ListWebhooks>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListWebhooks>> {
    requireAllowed('webhook.get', context, request.project_id === context.project_id ? 'owner' : 'none');
    this.book.lists.push(request);
    const all = [...this.book.webhooks.values()].filter(({ project_id }) => project_id === request.project_id);
    const webhooks = all.slice(0, request.limit);
    return { webhooks, next_marker: all.length > webhooks.length ? (webhooks.at(-1)?.id ?? null) : null };
  }

  @OnRequest(ShowWebhook)
  async show(
    @Payload() request: RequestOf<typeof ShowWebhook>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ShowWebhook>> {
    return { webhook: this.#find(request, 'webhook.get', context) };
  }

  @OnRequest(UpdateWebhook)
  async update(
    @Payload() request: RequestOf<typeof UpdateWebhook>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof UpdateWebhook>> {
    const webhook = this.#find(request, 'webhook.manage', context);
    this.book.changes.push(request);
    return { webhook, secret: request.secret === 'new' ? SECRET : request.secret };
  }

  @OnRequest(DeleteWebhook)
  async delete(
    @Payload() request: RequestOf<typeof DeleteWebhook>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof DeleteWebhook>> {
    this.book.webhooks.delete(this.#find(request, 'webhook.manage', context).id);
    return {};
  }

  @OnRequest(ListWebhookDeliveries)
  async listDeliveries(
    @Payload() request: RequestOf<typeof ListWebhookDeliveries>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListWebhookDeliveries>> {
    this.#find(request, 'webhook.get', context);
    this.book.deliveryLists.push(request);
    const deliveries = this.book.deliveries.slice(0, request.limit);
    const hasMore = this.book.deliveries.length > deliveries.length;
    return { deliveries, next_marker: hasMore ? (deliveries.at(-1)?.id ?? null) : null };
  }

  @OnRequest(ShowWebhookDelivery)
  async showDelivery(
    @Payload() request: RequestOf<typeof ShowWebhookDelivery>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ShowWebhookDelivery>> {
    this.#find(request, 'webhook.get', context);
    const delivery = this.book.deliveries.find(({ id }) => id === request.delivery_id);
    if (delivery === undefined) throw refusal('webhook_delivery.not_found', 'There is no such delivery.');
    return { delivery };
  }

  @OnRequest(TestWebhook)
  async test(
    @Payload() request: RequestOf<typeof TestWebhook>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof TestWebhook>> {
    return { delivery: this.#send('test', request, context) };
  }

  @OnRequest(ReplayWebhookDelivery)
  async replay(
    @Payload() request: RequestOf<typeof ReplayWebhookDelivery>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ReplayWebhookDelivery>> {
    return { delivery: this.#send('replay', request, context) };
  }

  @OnRequest(ReplayParkedDeliveries)
  async replayParked(
    @Payload() request: RequestOf<typeof ReplayParkedDeliveries>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ReplayParkedDeliveries>> {
    this.#find(request, 'webhook.manage', context);
    this.book.sent.push({ what: 'replay all', delivery_id: null });
    return { replayed: 3, more: false };
  }

  #send(what: string, request: RequestOf<typeof TestWebhook>, context: RequestContext): WebhookDelivery {
    const { id } = this.#find(request, 'webhook.manage', context);
    this.book.sent.push({ what, delivery_id: request.delivery_id });
    return aDelivery(id, request.delivery_id);
  }

  #find(
    { webhook_id, region }: { webhook_id: string; region: string },
    action: 'webhook.get' | 'webhook.manage',
    context: RequestContext,
  ): WebhookRecord {
    const webhook = this.book.webhooks.get(webhook_id);
    const isOwn = webhook?.project_id === context.project_id && webhook.region === region;
    requireAllowed(action, context, isOwn ? 'owner' : 'none');
    if (webhook === undefined) throw refusal('webhook.not_found', 'There is no such webhook.');
    return webhook;
  }
}
