import type { WebhookDelivery, WebhookDeliveryState } from '@imago/contracts';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { errorOf } from './webhook.row.ts';

/** An event on its way to a webhook. The event itself is in the log. */
@Entity({ schema: 'activity', name: 'webhook_deliveries' })
@Check('webhook_deliveries_state_check', `state IN ('pending', 'delivered', 'parked')`)
@Index('webhook_deliveries_webhook_idx', ['webhook_id', 'created_at', 'id'])
@Index('webhook_deliveries_state_idx', ['webhook_id', 'state', 'created_at', 'id'])
@Index('webhook_deliveries_due_idx', ['webhook_id', 'due_at', 'created_at', 'id'], {
  where: `(state = 'pending'::text)`,
})
@Index('webhook_deliveries_changed_idx', ['changed_at'])
export class DeliveryRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_deliveries_pkey' }) id!: string;
  @Column('uuid') webhook_id!: string;
  /** Null of a test. */
  @Column('uuid', { nullable: true }) event_id!: string | null;
  @Column('text') event_type!: string;
  @Column('text') subject!: string;
  @Column('text') state!: WebhookDeliveryState;
  @Column('integer', { default: 0 }) attempts!: number;
  @Column('timestamptz') due_at!: Date;
  @Column('timestamptz', { nullable: true }) attempted_at!: Date | null;
  @Column('integer', { nullable: true }) last_status!: number | null;
  @Column('text', { nullable: true }) error_code!: string | null;
  @Column('text', { nullable: true }) error_message!: string | null;
  @Column('timestamptz') created_at!: Date;
  /** When it was made, delivered, parked or replayed: some time after that it is swept. */
  @Column('timestamptz') changed_at!: Date;
}

/** A delivery as it is passed around. */
export type Delivery = Omit<DeliveryRow, never>;

/** A delivery as everybody outside activity sees it. */
export function toDelivery(row: Delivery): WebhookDelivery {
  const { id, webhook_id, event_id, event_type, subject, state, attempts, last_status } = row;
  return {
    ...{ id, webhook_id, event_id, event_type, subject, state, attempts, last_status },
    next_attempt_at: state === 'pending' ? row.due_at.toISOString() : null,
    last_attempt_at: row.attempted_at?.toISOString() ?? null,
    error: errorOf(row.error_code, row.error_message),
    created_at: row.created_at.toISOString(),
    finished_at: state === 'pending' ? null : row.changed_at.toISOString(),
  };
}
