import { eventEnvelope, WebhookDeliveryFailedV1 } from '@imago/contracts';
import { type Cause, inTransaction, Outbox } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ACTIVITY_CONFIG } from '../config-token.ts';
import type { ActivityConfig } from '../config.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';
import { DeliveryQueue, type DueDelivery } from './delivery-queue.ts';
import { retryDelay } from './retry-delay.ts';
import { deliveryFailed, webhookUpdated } from './webhook-events.ts';
import type { Webhook } from './webhook.row.ts';
import { WebhooksRepository } from './webhooks.repository.ts';

type Failure = Extract<AttemptOutcome, { result: 'failed' }>;

/** Writes down what came of an attempt, and draws the consequences: another one, parked, or the webhook's end. */
@Injectable()
export class SettleAttempt {
  constructor(
    private readonly db: DataSource,
    private readonly queue: DeliveryQueue,
    private readonly webhooks: WebhooksRepository,
    private readonly outbox: Outbox,
    @Inject(ACTIVITY_CONFIG)
    private readonly config: Pick<
      ActivityConfig,
      | 'ACTIVITY_WEBHOOK_ATTEMPTS'
      | 'ACTIVITY_WEBHOOK_RETRY_SECONDS'
      | 'ACTIVITY_WEBHOOK_LONGEST_RETRY_SECONDS'
      | 'ACTIVITY_WEBHOOK_DISABLE_AFTER'
    >,
  ) {}

  /**
   * Who has lost the turn has nothing to say: the attempt is made again by whoever has it now. The webhook's row, for which
   * the log waits, is held only where something follows from it.
   */
  async execute(webhook: Webhook, delivery: DueDelivery, outcome: AttemptOutcome): Promise<void> {
    switch (outcome.result) {
      case 'interrupted':
        return this.queue.undo(this.db.manager, webhook, delivery.id);
      case 'delivered':
        return this.#delivered(webhook, delivery, outcome.status);
      case 'failed':
        if (this.#isLast(delivery, outcome)) await this.#park(webhook, delivery, outcome);
        else await this.queue.settle(this.db.manager, webhook, this.#tryAgain(delivery, outcome));
        return;
      default:
        return outcome satisfies never;
    }
  }

  async #delivered(webhook: Webhook, { id }: DueDelivery, last_status: number): Promise<void> {
    const nothingWrong = { error_code: null, error_message: null, delay: 0 };
    const { manager } = this.db;
    const settled = await this.queue.settle(manager, webhook, { id, state: 'delivered', last_status, ...nothingWrong });
    if (settled !== null) await this.queue.endParkedRow(manager, webhook.id);
  }

  #isLast({ event_id, attempts }: DueDelivery, { code }: Failure): boolean {
    return event_id === null || code === 'webhook.gone' || attempts >= this.config.ACTIVITY_WEBHOOK_ATTEMPTS;
  }

  #tryAgain({ id, attempts }: DueDelivery, failure: Failure): Parameters<DeliveryQueue['settle']>[2] {
    return { id, state: 'pending', ...whatWasWrong(failure), delay: this.#delay(attempts, failure.asked) };
  }

  /** What a parked delivery leads to is written down together with it. */
  #park(webhook: Webhook, delivery: DueDelivery, failure: Failure): Promise<void> {
    return inTransaction(this.db, async (tx) => {
      const held = await this.queue.hold(tx, webhook);
      if (held === null || held.state === 'deleted') return;
      const parked = { id: delivery.id, state: 'parked' as const, ...whatWasWrong(failure), delay: 0 };
      const settled = await this.queue.settle(tx, held, parked);
      const isTest = delivery.event_id === null;
      if (settled === null || (isTest && failure.code !== 'webhook.gone')) return;
      const cause = causeOf(delivery);
      const now = await this.#judge(tx, held, { failure, cause });
      // That nobody could be told of a failure is told to nobody: two webhooks could go on about each other for ever.
      if (isTest || delivery.event_type === WebhookDeliveryFailedV1.type) return;
      await this.outbox.add(tx, deliveryFailed(now, settled), cause);
    });
  }

  #delay(attempt: number, asked: number): number {
    const pace = {
      firstSeconds: this.config.ACTIVITY_WEBHOOK_RETRY_SECONDS,
      longestSeconds: this.config.ACTIVITY_WEBHOOK_LONGEST_RETRY_SECONDS,
    };
    return retryDelay(attempt, pace, { asked, random: Math.random() });
  }

  /** Disables a webhook that does not want to be told, or has not heard anything for too long. */
  async #judge(
    tx: EntityManager,
    webhook: Webhook,
    { failure, cause }: { readonly failure: Failure; readonly cause: Cause },
  ): Promise<Webhook> {
    const parked = await this.queue.countParked(tx, webhook.id);
    if (webhook.state !== 'enabled') return webhook;
    const isGone = failure.code === 'webhook.gone';
    if (!isGone && parked < this.config.ACTIVITY_WEBHOOK_DISABLE_AFTER) return webhook;
    const failing = `${parked} deliveries were parked one after the other, the last one so: ${failure.message}`;
    const reason = isGone
      ? { code: failure.code, message: failure.message }
      : { code: 'webhook.failing', message: failing };
    const disabled = await this.webhooks.disable(tx, webhook.id, reason);
    await this.outbox.add(tx, webhookUpdated(disabled, ['state']), cause);
    return disabled;
  }
}

function whatWasWrong({ status, code, message }: Failure): {
  readonly last_status: number | null;
  readonly error_code: string;
  readonly error_message: string;
} {
  return { last_status: status, error_code: code, error_message: message };
}

/** What follows from a delivery belongs to the story of its event. */
function causeOf({ id, envelope }: DueDelivery): Cause {
  if (envelope === null) return { correlation_id: id };
  const event = eventEnvelope.parse(JSON.parse(envelope));
  return { correlation_id: event.correlationid, causation_id: event.id };
}
