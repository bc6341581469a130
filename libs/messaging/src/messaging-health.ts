import type { Service, ServiceReport } from '@imago/contracts';
import type { DataSource } from 'typeorm';

/** Unpublished events that are counted at most: more of them are as bad. */
const COUNTED = 100_000;
/** Seconds an event may wait to be published before somebody should look. */
const LATE = 60;

/** What readiness asks of messaging. */
export class MessagingHealth {
  constructor(
    private readonly service: Service,
    private readonly dataSource: DataSource,
    private readonly servers: readonly { consumersActive: () => boolean }[],
  ) {}

  /** Every queue of this service has its consumer. */
  consumersActive(): boolean {
    return this.servers.every((server) => server.consumersActive());
  }

  /** Seconds the oldest unpublished event has waited; 0 when there is none. Rejects when the database is away. */
  async outboxLagSeconds(): Promise<number> {
    const rows: { age: number | null }[] = await this.dataSource.query(
      `SELECT extract(epoch FROM now() - min(created_at))::float8 AS age
         FROM "${this.service}".outbox WHERE published_at IS NULL`,
    );
    return rows[0]?.age ?? 0;
  }

  /** What is committed and waits to be published. Rejects when the database is away. */
  async outboxBacklog(): Promise<NonNullable<ServiceReport['outbox']>> {
    const rows: { unpublished: number; oldest_seconds: number }[] = await this.dataSource.query(
      `SELECT count(*)::int AS unpublished,
              coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest_seconds
         FROM (SELECT created_at FROM "${this.service}".outbox WHERE published_at IS NULL ORDER BY seq LIMIT ${COUNTED})`,
    );
    return rows[0] ?? { unpublished: 0, oldest_seconds: 0 };
  }

  /** What keeps the service from working, and what it has to publish. */
  async report(): Promise<Pick<ServiceReport, 'faults' | 'outbox'>> {
    const consumers: ServiceReport['faults'] = this.consumersActive() ? {} : { consumers: 'a queue is not consumed' };
    try {
      const outbox = await this.outboxBacklog();
      const { oldest_seconds: oldest } = outbox;
      const late: ServiceReport['faults'] =
        oldest > LATE ? { outbox: `the oldest event has waited ${Math.round(oldest)} s` } : {};
      return { faults: { ...consumers, ...late }, outbox };
    } catch {
      return { faults: { ...consumers, database: 'failed' }, outbox: null };
    }
  }
}
