import { prepared } from '@imago/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { LogEntry } from '../log/log-entry.ts';
import type { Delivery } from './delivery.row.ts';
import type { Webhook } from './webhook.row.ts';

/** A delivery that is tried now, with the event as the log has it. */
export type DueDelivery = Delivery & { readonly envelope: string | null };

/**
 * What is to be sent, in its order. A webhook is served by one worker at a time: it is leased to it, and its turn is what
 * the worker proves that with. So no attempt is made twice at once, and none is lost with the worker that made it.
 */
@Injectable()
export class DeliveryQueue {
  /** The webhooks that are to be told of an event. A webhook is told nothing of itself: it would never end. */
  async wantedBy(db: EntityManager, event: LogEntry): Promise<readonly string[]> {
    const { region, audience, type, subject } = event;
    const rows: { id: string }[] = await db.query(WANTED_BY, [region, audience, type, subject]);
    return rows.map(({ id }) => id);
  }

  /**
   * Puts an event on its way to these webhooks, by one statement. Whoever does so holds the turn of the log, so that
   * deliveries are in its order.
   */
  async add(tx: EntityManager, webhookIds: readonly string[], event: LogEntry): Promise<void> {
    await tx.query(ADD, [[...webhookIds], event.id, event.type, event.subject]);
  }

  /** Leases up to so many webhooks that have something due, those that wait longest first. */
  async lease(db: EntityManager, most: number, seconds: number): Promise<readonly Webhook[]> {
    return db.query(LEASE, [most, seconds]);
  }

  /** The next deliveries of a leased webhook, each of them begun: an attempt counts from here on. */
  async begin(db: EntityManager, { id, turn }: Pick<Webhook, 'id' | 'turn'>, most: number): Promise<DueDelivery[]> {
    return db.query(BEGIN, [id, turn, most]);
  }

  /** Takes back that an attempt was begun: it was cut off by our own end. */
  async undo(db: EntityManager, { id, turn }: Pick<Webhook, 'id' | 'turn'>, deliveryId: string): Promise<void> {
    await db.query(
      `UPDATE activity.webhook_deliveries SET attempts = attempts - 1 WHERE id = $3 AND state = 'pending'
         AND EXISTS (SELECT 1 FROM activity.webhooks WHERE id = $1 AND turn = $2)`,
      [id, turn, deliveryId],
    );
  }

  /** The webhook, locked, if it is still this turn. */
  async hold(tx: EntityManager, { id, turn }: Pick<Webhook, 'id' | 'turn'>): Promise<Webhook | null> {
    const rows: Webhook[] = await tx.query('SELECT * FROM activity.webhooks WHERE id = $1 AND turn = $2 FOR UPDATE', [
      id,
      turn,
    ]);
    return rows[0] ?? null;
  }

  /** Writes down what came of an attempt; null when it is another turn by now, or the delivery was swept. */
  async settle(
    db: EntityManager,
    { id, turn }: Pick<Webhook, 'id' | 'turn'>,
    outcome: Pick<Delivery, 'id' | 'state' | 'last_status' | 'error_code' | 'error_message'> & {
      readonly delay: number;
    },
  ): Promise<Delivery | null> {
    const { state, last_status, error_code, error_message, delay } = outcome;
    const rows: Delivery[] = await db.query(
      `WITH settled AS (
         UPDATE activity.webhook_deliveries SET state = $4, last_status = $5, error_code = $6, error_message = $7,
           due_at = clock_timestamp() + $8 * interval '1 second', changed_at = clock_timestamp()
         WHERE id = $3 AND EXISTS (SELECT 1 FROM activity.webhooks WHERE id = $1 AND turn = $2) RETURNING *)
       SELECT * FROM settled`,
      [id, turn, outcome.id, state, last_status, error_code, error_message, delay],
    );
    return rows[0] ?? null;
  }

  /** Counts one more that was parked; answers how many were, one after the other. Needs the webhook held. */
  async countParked(tx: EntityManager, id: string): Promise<number> {
    const rows: { parked_in_a_row: number }[] = await tx.query(
      `WITH counted AS (
         UPDATE activity.webhooks SET parked_in_a_row = parked_in_a_row + 1 WHERE id = $1 RETURNING parked_in_a_row)
       SELECT parked_in_a_row FROM counted`,
      [id],
    );
    return rows[0]?.parked_in_a_row ?? 0;
  }

  /** One was delivered: they are not parked one after the other any more. Touches no row where none was. */
  async endParkedRow(db: EntityManager, id: string): Promise<void> {
    await db.query('UPDATE activity.webhooks SET parked_in_a_row = 0 WHERE id = $1 AND parked_in_a_row > 0', [id]);
  }

  /**
   * Gives a held webhook back. What is due waits behind the webhooks that wait already. Held first and read by a second
   * statement, or what is added meanwhile would be overlooked.
   */
  async release(tx: EntityManager, id: string): Promise<void> {
    await tx.query(
      `UPDATE activity.webhooks SET leased_until = NULL, due_at = (
         SELECT greatest(due_at, clock_timestamp()) FROM activity.webhook_deliveries
         WHERE webhook_id = $1 AND state = 'pending' ORDER BY due_at LIMIT 1)
       WHERE id = $1`,
      [id],
    );
  }
}

const WANTED_BY = prepared(`SELECT id FROM activity.webhooks WHERE region = $1 AND project_id = ANY($2)
  AND state = 'enabled' AND (cardinality(types) = 0 OR $3 = ANY(types)) AND id::text <> $4`);

const ADD = `
WITH told AS (
  UPDATE activity.webhooks SET due_at = least(due_at, clock_timestamp())
  WHERE id = ANY($1::uuid[]) AND state = 'enabled' RETURNING id
), now AS (SELECT clock_timestamp() AS at)
INSERT INTO activity.webhook_deliveries
  (id, webhook_id, event_id, event_type, subject, state, due_at, created_at, changed_at)
SELECT uuidv7(), told.id, $2::uuid, $3, $4, 'pending', now.at, now.at, now.at FROM told, now`;

/** `statement_timestamp`: a clock that moves within the statement could not be looked up in an index. */
const LEASE = `
WITH waiting AS (
  SELECT id FROM activity.webhooks
  WHERE state = 'enabled' AND due_at <= statement_timestamp()
    AND (leased_until IS NULL OR leased_until < statement_timestamp())
  ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
), leased AS (
  UPDATE activity.webhooks SET turn = turn + 1, leased_until = clock_timestamp() + $2 * interval '1 second'
  FROM waiting WHERE webhooks.id = waiting.id RETURNING webhooks.*
)
SELECT * FROM leased`;

const BEGIN = `
WITH next AS (
  SELECT id FROM activity.webhook_deliveries
  WHERE webhook_id = $1 AND state = 'pending' AND due_at <= statement_timestamp()
    AND EXISTS (SELECT 1 FROM activity.webhooks WHERE id = $1 AND turn = $2)
  ORDER BY due_at, created_at, id LIMIT $3
), begun AS (
  UPDATE activity.webhook_deliveries AS delivery SET attempts = attempts + 1, attempted_at = clock_timestamp()
  FROM next WHERE delivery.id = next.id RETURNING delivery.*
)
SELECT begun.*, log.envelope FROM begun LEFT JOIN activity.log ON log.id = begun.event_id
ORDER BY begun.due_at, begun.created_at, begun.id`;
