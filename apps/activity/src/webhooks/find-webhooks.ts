import {
  type ListWebhookDeliveries,
  type ListWebhooks,
  refusal,
  type RequestOf,
  type ResponseOf,
  type ShowWebhook,
  type ShowWebhookDelivery,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DeliveriesRepository } from './deliveries.repository.ts';
import { toDelivery } from './delivery.row.ts';
import { WebhookAccess } from './webhook-access.ts';
import { toWebhookRecord } from './webhook.row.ts';
import { WebhooksRepository } from './webhooks.repository.ts';

/** Webhooks and their deliveries, for those whose they are and for operators. */
@Injectable()
export class FindWebhooks {
  constructor(
    private readonly db: DataSource,
    private readonly access: WebhookAccess,
    private readonly webhooks: WebhooksRepository,
    private readonly deliveries: DeliveriesRepository,
  ) {}

  /** @throws Refusal webhook.not_found for another project's, auth.forbidden, request.invalid for a strange marker */
  async list(
    request: RequestOf<typeof ListWebhooks>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ListWebhooks>> {
    requireAllowed('webhook.get', context, request.project_id === context.project_id ? 'owner' : 'none');
    const page = await this.webhooks.page(this.db.manager, request);
    if (page === null) throw noPlace('webhook');
    const webhooks = page.slice(0, request.limit).map(toWebhookRecord);
    return { webhooks, next_marker: page.length > request.limit ? (webhooks.at(-1)?.id ?? null) : null };
  }

  /** @throws Refusal webhook.not_found, auth.forbidden */
  async show(request: RequestOf<typeof ShowWebhook>, context: RequestContext): Promise<ResponseOf<typeof ShowWebhook>> {
    return { webhook: toWebhookRecord(await this.access.find(this.db.manager, request, 'webhook.get', context)) };
  }

  /** @throws Refusal webhook.not_found, auth.forbidden, request.invalid for a strange marker */
  async listDeliveries(
    request: RequestOf<typeof ListWebhookDeliveries>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ListWebhookDeliveries>> {
    await this.access.find(this.db.manager, request, 'webhook.get', context);
    const page = await this.deliveries.page(this.db.manager, request);
    if (page === null) throw noPlace('delivery');
    const deliveries = page.slice(0, request.limit).map(toDelivery);
    return { deliveries, next_marker: page.length > request.limit ? (deliveries.at(-1)?.id ?? null) : null };
  }

  /** @throws Refusal webhook.not_found, webhook_delivery.not_found, auth.forbidden */
  async showDelivery(
    request: RequestOf<typeof ShowWebhookDelivery>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ShowWebhookDelivery>> {
    const webhook = await this.access.find(this.db.manager, request, 'webhook.get', context);
    const delivery = await this.deliveries.find(this.db.manager, request.delivery_id, webhook.id);
    if (delivery === null) throw refusal('webhook_delivery.not_found', 'There is no such delivery.');
    return { delivery: toDelivery(delivery) };
  }
}

function noPlace(what: string): Error {
  const errors = [{ path: 'marker', message: `must be the id of a ${what} on the page before` }];
  return refusal('request.invalid', `There is no such ${what} to start after.`, { errors });
}
