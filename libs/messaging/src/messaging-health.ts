import type { Service } from '@imago/contracts';
import type { DataSource } from 'typeorm';

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
}
