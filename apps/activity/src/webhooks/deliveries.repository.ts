import type { WebhookDeliveryState } from '@imago/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Delivery, DeliveryRow } from './delivery.row.ts';

export interface DeliveryPageQuery {
  readonly webhook_id: string;
  readonly state: WebhookDeliveryState | null;
  readonly limit: number;
  readonly marker: string | null;
}

/** What an event is on its way as. */
export type DeliveredEvent = Pick<Delivery, 'event_id' | 'event_type' | 'subject'>;

/** The rows of deliveries, for those who look at them and send them again. */
@Injectable()
export class DeliveriesRepository {
  find(db: EntityManager, id: string, webhookId: string): Promise<Delivery | null> {
    return db.findOne(DeliveryRow, { where: { id, webhook_id: webhookId } });
  }

  /** One more than the page has when there are more; newest first. Null when the marker is none of the webhook's. */
  async page(db: EntityManager, query: DeliveryPageQuery): Promise<readonly Delivery[] | null> {
    const { webhook_id, state, limit, marker } = query;
    if (marker !== null && (await this.find(db, marker, webhook_id)) === null) return null;
    return db.query(
      `SELECT * FROM activity.webhook_deliveries WHERE webhook_id = $1 AND ($2::text IS NULL OR state = $2)
         AND ($3::uuid IS NULL
           OR (created_at, id) < (SELECT created_at, id FROM activity.webhook_deliveries WHERE id = $3))
       ORDER BY created_at DESC, id DESC LIMIT $4`,
      [webhook_id, state, marker, limit + 1],
    );
  }

  /** Adds one, unless it is there. */
  async add(tx: EntityManager, id: string, webhookId: string, event: DeliveredEvent): Promise<void> {
    await tx.query(
      `INSERT INTO activity.webhook_deliveries
         (id, webhook_id, event_id, event_type, subject, state, due_at, created_at, changed_at)
       SELECT $1, $2, $3, $4, $5, 'pending', now.at, now.at, now.at FROM (SELECT clock_timestamp() AS at) AS now
       ON CONFLICT ON CONSTRAINT webhook_deliveries_pkey DO NOTHING`,
      [id, webhookId, event.event_id, event.event_type, event.subject],
    );
    await this.wake(tx, webhookId);
  }

  /** Makes one that is not on its way due, as if it was new; false when it is on its way. */
  async replay(tx: EntityManager, id: string): Promise<boolean> {
    const replayed: unknown[] = await tx.query(
      `WITH replayed AS (${REPLAY} WHERE id = $1 AND state <> 'pending' RETURNING id) SELECT id FROM replayed`,
      [id],
    );
    return replayed.length > 0;
  }

  /** Makes up to so many parked ones due, the oldest first; answers how many there were. */
  async replayParked(tx: EntityManager, webhookId: string, most: number): Promise<number> {
    const replayed: unknown[] = await tx.query(
      `WITH oldest AS (
         SELECT id FROM activity.webhook_deliveries WHERE webhook_id = $1 AND state = 'parked'
         ORDER BY created_at, id LIMIT $2
       ), replayed AS (${REPLAY} FROM oldest WHERE delivery.id = oldest.id AND state = 'parked' RETURNING 1)
       SELECT 1 FROM replayed`,
      [webhookId, most],
    );
    return replayed.length;
  }

  /** Says that something of the webhook is due. */
  async wake(tx: EntityManager, webhookId: string): Promise<void> {
    await tx.query('UPDATE activity.webhooks SET due_at = clock_timestamp() WHERE id = $1', [webhookId]);
  }

  /** Removes up to so many that nothing has happened to for so many days; answers how many there were. */
  async sweepOld(db: EntityManager, days: number, most: number): Promise<number> {
    const swept: unknown[] = await db.query(
      `WITH old AS (
         SELECT id FROM activity.webhook_deliveries
         WHERE changed_at < statement_timestamp() - $1 * interval '1 day' ORDER BY changed_at LIMIT $2
       ), swept AS (DELETE FROM activity.webhook_deliveries USING old WHERE webhook_deliveries.id = old.id RETURNING 1)
       SELECT 1 FROM swept`,
      [days, most],
    );
    return swept.length;
  }

  /** Removes up to so many of a deleted webhook; answers how many there were. */
  async sweepOf(db: EntityManager, webhookId: string, most: number): Promise<number> {
    const swept: unknown[] = await db.query(
      `WITH these AS (SELECT id FROM activity.webhook_deliveries WHERE webhook_id = $1 LIMIT $2),
       swept AS (DELETE FROM activity.webhook_deliveries USING these WHERE webhook_deliveries.id = these.id RETURNING 1)
       SELECT 1 FROM swept`,
      [webhookId, most],
    );
    return swept.length;
  }
}

const REPLAY = `UPDATE activity.webhook_deliveries AS delivery
  SET state = 'pending', attempts = 0, due_at = clock_timestamp(), changed_at = clock_timestamp()`;
