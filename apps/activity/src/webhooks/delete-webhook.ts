import type { DeleteWebhook as DeleteWebhookContract, RequestOf } from '@imago/contracts';
import { inTransaction, Outbox, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { WebhookAccess } from './webhook-access.ts';
import { webhookDeleted } from './webhook-events.ts';
import { WebhooksRepository } from './webhooks.repository.ts';

/** Ends a webhook. Its row stays until its deliveries, which may be many, are swept. */
@Injectable()
export class DeleteWebhook {
  constructor(
    private readonly db: DataSource,
    private readonly access: WebhookAccess,
    private readonly webhooks: WebhooksRepository,
    private readonly outbox: Outbox,
  ) {}

  /** @throws Refusal webhook.not_found, auth.forbidden */
  async execute(request: RequestOf<typeof DeleteWebhookContract>, { context, cause }: RequestCall): Promise<void> {
    await inTransaction(this.db, async (tx) => {
      const { id } = await this.access.lock(tx, request, context);
      const webhook = await this.webhooks.change(tx, id, { state: 'deleted' });
      await this.outbox.add(tx, webhookDeleted(webhook), cause);
    });
  }
}
