import { ERRORS, isErrorCode, type WebhookRecord } from '@imago/contracts';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A webhook, and where the work for it stands. Whoever changes it holds its row only for a moment: the log waits for it. */
@Entity({ schema: 'activity', name: 'webhooks' })
@Check('webhooks_state_check', `state IN ('enabled', 'disabled', 'deleted')`)
@Index('webhooks_project_idx', ['region', 'project_id', 'created_at', 'id'])
@Index('webhooks_due_idx', ['due_at'], { where: `(state = 'enabled'::text)` })
@Index('webhooks_deleted_idx', ['id'], { where: `(state = 'deleted'::text)` })
export class WebhookRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhooks_pkey' }) id!: string;
  @Column('text') project_id!: string;
  @Column('text') region!: string;
  @Column('text') url!: string;
  @Column('text', { array: true }) types!: string[];
  /** A deleted one is there until its deliveries are swept. */
  @Column('text') state!: WebhookRecord['state'] | 'deleted';
  @Column('text', { nullable: true }) reason_code!: string | null;
  @Column('text', { nullable: true }) reason_message!: string | null;
  @Column('bytea') secret!: Buffer;
  /** The one before, which signs as well until then. */
  @Column('bytea', { nullable: true }) old_secret!: Buffer | null;
  @Column('timestamptz', { nullable: true }) old_secret_until!: Date | null;
  /** A hash of the order that made it: the same order, repeated, is answered as before. */
  @Column('bytea') made_of!: Buffer;
  @Column('text') created_by!: string;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) created_at!: Date;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) updated_at!: Date;
  @Column('integer', { default: 1 }) version!: number;
  @Column('integer', { default: 0 }) parked_in_a_row!: number;
  /** When there is something to send; null when there is nothing. */
  @Column('timestamptz', { nullable: true }) due_at!: Date | null;
  /** Counts who served it: only the last one may write down what came of it. */
  @Column('bigint', { default: 0 }) turn!: string;
  @Column('timestamptz', { nullable: true }) leased_until!: Date | null;
}

/** A webhook as it is passed around. */
export type Webhook = Omit<WebhookRow, never>;

/** A webhook as everybody outside activity sees it. */
export function toWebhookRecord(row: Webhook): WebhookRecord {
  const { id, project_id, region, url, types, created_by, version } = row;
  return {
    ...{ id, project_id, region, url, types, created_by, version },
    state: row.state === 'enabled' ? 'enabled' : 'disabled',
    reason: errorOf(row.reason_code, row.reason_message),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** An error as it is kept, with what helps. */
export function errorOf(code: string | null, message: string | null): WebhookRecord['reason'] {
  if (code === null) return null;
  return { code, message: message ?? '', remedy: isErrorCode(code) ? ERRORS[code].remedy : '' };
}
