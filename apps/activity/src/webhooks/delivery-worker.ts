import { setTimeout as delay } from 'node:timers/promises';
import { afterCommit, inTransaction } from '@imago/messaging';
import { PacedLoop } from '@imago/service';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import pLimit from 'p-limit';
import { DataSource } from 'typeorm';
import { ACTIVITY_CONFIG } from '../config-token.ts';
import type { ActivityConfig } from '../config.ts';
import { DeliveryQueue, type DueDelivery } from './delivery-queue.ts';
import { SettleAttempt } from './settle-attempt.ts';
import { WebhookSender } from './webhook-sender.ts';
import type { Webhook } from './webhook.row.ts';

/** Seconds a lease outlasts the longest attempt: after that its worker is gone. */
const LEASE_MARGIN = 15;
/** Database connections that deliveries may take at once: events and requests need the others. */
const WRITES = 2;
/** Milliseconds the attempts under way have at the end. */
const PATIENCE = 4_000;

/**
 * Sends what is due. It serves many webhooks at the same time, each by a turn of a few deliveries that are begun in their
 * order; a receiver that is slow takes the place of one webhook and holds up nobody else.
 */
@Injectable()
export class DeliveryWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(DeliveryWorker.name);
  readonly #loop: PacedLoop;
  readonly #turns = new Set<Promise<void>>();
  readonly #write = pLimit(WRITES);
  readonly #stopped = new AbortController();
  #isEnding = false;
  #expects = false;
  #stopListening: () => void = () => undefined;

  constructor(
    private readonly db: DataSource,
    private readonly queue: DeliveryQueue,
    private readonly sender: WebhookSender,
    private readonly settleAttempt: SettleAttempt,
    @Inject(ACTIVITY_CONFIG)
    private readonly config: Pick<
      ActivityConfig,
      | 'ACTIVITY_WEBHOOK_POLL_SECONDS'
      | 'ACTIVITY_WEBHOOK_TIMEOUT_SECONDS'
      | 'ACTIVITY_WEBHOOKS_AT_ONCE'
      | 'ACTIVITY_WEBHOOK_DELIVERIES_AT_ONCE'
    >,
  ) {
    this.#loop = new PacedLoop(DeliveryWorker.name, config.ACTIVITY_WEBHOOK_POLL_SECONDS, () => this.#look());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
    this.#stopListening = afterCommit(this.db, () => {
      if (this.#expects) this.#loop.wake();
    });
  }

  /** Lets the attempts under way finish, if they do so soon; the others are made again by somebody else. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isEnding = true;
    this.#stopListening();
    await this.#loop.stop();
    const inTime = new AbortController();
    const patience = delay(PATIENCE, undefined, { signal: inTime.signal }).catch(() => undefined);
    await Promise.race([this.#allTurns(), patience]);
    inTime.abort();
    this.#stopped.abort();
    await this.#allTurns();
  }

  /** Looks now. */
  wake(): void {
    this.#loop.wake();
  }

  /** Says that a transaction under way makes something due: it is looked for after the next commits. */
  expect(): void {
    this.#expects = true;
  }

  async #look(): Promise<void> {
    const room = this.config.ACTIVITY_WEBHOOKS_AT_ONCE - this.#turns.size;
    if (room === 0) return;
    const seconds = this.config.ACTIVITY_WEBHOOK_TIMEOUT_SECONDS + LEASE_MARGIN;
    const leased = await this.#write(() => this.queue.lease(this.db.manager, room, seconds));
    if (leased.length > 0) this.#expects = false;
    for (const webhook of leased) {
      const turn = this.#serve(webhook).finally(() => {
        this.#turns.delete(turn);
        if (!this.#isEnding) this.#loop.wake();
      });
      this.#turns.add(turn);
    }
  }

  /** A turn of one webhook; never rejects. What fails here is done again when the lease has run out. */
  async #serve(webhook: Webhook): Promise<void> {
    try {
      const most = this.config.ACTIVITY_WEBHOOK_DELIVERIES_AT_ONCE;
      const due = await this.#write(() => this.queue.begin(this.db.manager, webhook, most));
      const attempts = await Promise.allSettled(due.map((delivery) => this.#attempt(webhook, delivery)));
      const failed = attempts.find((attempt) => attempt.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      await this.#write(() => this.#release(webhook));
    } catch (error) {
      this.#logger.error({ err: error, webhook_id: webhook.id }, 'a turn failed; it is taken again');
    }
  }

  async #attempt(webhook: Webhook, delivery: DueDelivery): Promise<void> {
    const outcome = await this.sender.send(webhook, delivery, this.#stopped.signal);
    await this.#write(() => this.settleAttempt.execute(webhook, delivery, outcome));
    const told = { webhook_id: webhook.id, delivery_id: delivery.id, attempt: delivery.attempts };
    this.#logger.log({ ...told, ...(outcome.result === 'failed' ? { code: outcome.code } : {}) }, outcome.result);
  }

  #release(webhook: Webhook): Promise<void> {
    return inTransaction(this.db, async (tx) => {
      if ((await this.queue.hold(tx, webhook)) !== null) await this.queue.release(tx, webhook.id);
    });
  }

  async #allTurns(): Promise<void> {
    await Promise.all(this.#turns);
  }
}
