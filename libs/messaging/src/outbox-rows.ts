import type { Options } from 'amqplib';
import type { Client } from 'pg';

/** A row that waits to be sent. `seq` is a bigint as text. */
export interface OutboxRow {
  readonly seq: string;
  readonly id: string;
  readonly created_at: Date;
  readonly routing_key: string;
  readonly partition_key: string;
  readonly envelope: string;
  readonly attempts: number;
}

/** What stands beside an event on the broker, so that nobody has to read it to route, deduplicate or trace it. */
export function eventProperties(
  service: string,
  row: OutboxRow,
  traceparent?: string,
): Options.Publish & { readonly messageId: string } {
  return {
    messageId: row.id,
    type: row.routing_key.split('.')[1] ?? '',
    appId: `/imago/${service}`,
    contentType: 'application/cloudevents+json',
    persistent: true,
    timestamp: Math.floor(row.created_at.getTime() / 1000),
    headers: { cloudEvents_subject: row.partition_key, ...(traceparent !== undefined && { traceparent }) },
  };
}

/** Longer than the oldest parked message should ever wait for its replay. */
const INBOX_DAYS = 14;

/**
 * The relay's view of the outbox, on the one session that holds the lead. Its two statements that run for every event
 * are prepared: to plan them anew over all partitions takes Postgres three times as long as to run them.
 */
export class OutboxRows {
  private readonly table: string;

  constructor(
    private readonly session: Client,
    private readonly service: string,
  ) {
    this.table = `"${service}".outbox`;
  }

  /** Takes the lead if nobody has it; it ends with the session. */
  async tryLead(): Promise<boolean> {
    const answer = await this.session.query<{ leads: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS leads',
      [`imago.relay.${this.service}`],
    );
    return answer.rows[0]?.leads === true;
  }

  /** The next rows to send, in order; a key with an earlier row on hold is left out, so that its order stays. */
  async due(limit: number): Promise<readonly OutboxRow[]> {
    const answer = await this.session.query<OutboxRow>({
      name: 'due',
      text: `SELECT o.seq, o.id, o.created_at, o.routing_key, o.partition_key, o.envelope, o.attempts
         FROM ${this.table} o
        WHERE o.published_at IS NULL AND o.available_at <= now()
          AND NOT EXISTS (SELECT 1 FROM ${this.table} held
                           WHERE held.published_at IS NULL AND held.partition_key = o.partition_key
                             AND held.seq < o.seq AND held.available_at > now())
        ORDER BY o.seq LIMIT $1`,
      values: [limit],
    });
    return answer.rows;
  }

  async markPublished(seqs: readonly string[]): Promise<void> {
    await this.session.query({
      name: 'mark-published',
      text: `UPDATE ${this.table} SET published_at = now(), last_error = NULL
        WHERE seq = ANY($1::bigint[]) AND published_at IS NULL`,
      values: [seqs],
    });
  }

  async hold(seq: string, seconds: number, why: string): Promise<void> {
    await this.session.query(
      `UPDATE ${this.table}
          SET attempts = attempts + 1, available_at = now() + make_interval(secs => $2), last_error = $3
        WHERE seq = $1 AND published_at IS NULL`,
      [seq, seconds, why],
    );
  }

  /** Seconds the oldest unpublished row has waited; 0 when there is none. */
  async oldestSeconds(): Promise<number> {
    const answer = await this.session.query<{ age: number | null }>(
      `SELECT extract(epoch FROM now() - min(created_at))::float8 AS age FROM ${this.table} WHERE published_at IS NULL`,
    );
    return answer.rows[0]?.age ?? 0;
  }

  /** Partitions ahead, old ones dropped, old inbox rows deleted a bounded number at a time. */
  async maintain(): Promise<void> {
    await this.session.query(`SELECT "${this.service}".outbox_maintain()`);
    await this.session.query(
      `DELETE FROM "${this.service}".inbox WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM "${this.service}".inbox WHERE received_at < now() - make_interval(days => $1) LIMIT 50000))`,
      [INBOX_DAYS],
    );
  }
}
