import {
  type ReplayParkedDeliveries,
  type ReplayWebhookDelivery,
  refusal,
  type RequestOf,
  type ResponseOf,
  type TestWebhook,
} from '@imago/contracts';
import { inTransaction, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { DeliveriesRepository } from './deliveries.repository.ts';
import { DeliveryWorker } from './delivery-worker.ts';
import { type Delivery, toDelivery } from './delivery.row.ts';
import { PING } from './message-body.ts';
import { WebhookAccess } from './webhook-access.ts';

/** Deliveries one transaction makes due, and one request. */
const BATCH = 1000;
const AT_MOST = 10_000;

/** Sends what was not sent by itself: what is parked, and tests. */
@Injectable()
export class SendAgain {
  constructor(
    private readonly db: DataSource,
    private readonly access: WebhookAccess,
    private readonly deliveries: DeliveriesRepository,
    private readonly worker: DeliveryWorker,
  ) {}

  /** A message that means nothing. @throws Refusal webhook.not_found, auth.forbidden, webhook.disabled */
  async test(
    request: RequestOf<typeof TestWebhook>,
    { context }: RequestCall,
  ): Promise<ResponseOf<typeof TestWebhook>> {
    return this.#sent(async (tx) => {
      const { id } = await this.access.lockEnabled(tx, request, context);
      const ping = { event_id: null, event_type: PING, subject: id };
      await this.deliveries.add(tx, request.delivery_id, id, ping);
      return this.#require(tx, request.delivery_id, id);
    });
  }

  /**
   * One delivery, whatever came of it.
   * @throws Refusal webhook.not_found, webhook_delivery.not_found, webhook_delivery.pending, auth.forbidden, webhook.disabled
   */
  async replay(
    request: RequestOf<typeof ReplayWebhookDelivery>,
    { context }: RequestCall,
  ): Promise<ResponseOf<typeof ReplayWebhookDelivery>> {
    return this.#sent(async (tx) => {
      const { id } = await this.access.lockEnabled(tx, request, context);
      const known = await this.#require(tx, request.delivery_id, id);
      if (!(await this.deliveries.replay(tx, known.id)))
        throw refusal('webhook_delivery.pending', 'The delivery is on its way.');
      await this.deliveries.wake(tx, id);
      return this.#require(tx, known.id, id);
    });
  }

  /** All that is parked. @throws Refusal webhook.not_found, auth.forbidden, webhook.disabled */
  async replayParked(
    request: RequestOf<typeof ReplayParkedDeliveries>,
    { context }: RequestCall,
  ): Promise<ResponseOf<typeof ReplayParkedDeliveries>> {
    let replayed = 0;
    let found = 0;
    do {
      // In pieces: the log waits for who holds the row of a webhook.
      found = await inTransaction(this.db, async (tx) => {
        const { id } = await this.access.lockEnabled(tx, request, context);
        const many = await this.deliveries.replayParked(tx, id, BATCH);
        if (many > 0) await this.deliveries.wake(tx, id);
        return many;
      });
      replayed += found;
    } while (found === BATCH && replayed < AT_MOST);
    this.worker.wake();
    return { replayed, more: found === BATCH };
  }

  async #sent(work: (tx: EntityManager) => Promise<Delivery>): Promise<ResponseOf<typeof TestWebhook>> {
    const delivery = await inTransaction(this.db, work);
    this.worker.wake();
    return { delivery: toDelivery(delivery) };
  }

  async #require(tx: EntityManager, id: string, webhookId: string): Promise<Delivery> {
    const delivery = await this.deliveries.find(tx, id, webhookId);
    if (delivery === null) throw refusal('webhook_delivery.not_found', 'There is no such delivery.');
    return delivery;
  }
}
