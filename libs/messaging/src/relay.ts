import { Logger } from '@nestjs/common';
import type { Service } from '@imago/contracts';
import { activeTraceparent } from '@imago/tracing';
import pg from 'pg';
import { furtherKeys } from './change-keys.ts';
import type { ConfirmedPublisher, PublishOutcome } from './confirmed-publisher.ts';
import type { AmqpConnections } from './connections.ts';
import type { MessagingMetrics } from './metrics.ts';
import { asPublishing } from './event-spans.ts';
import { describeError } from './failure.ts';
import { eventProperties, OutboxRows, type OutboxRow } from './outbox-rows.ts';
import { EVENTS_EXCHANGE } from './topology.ts';
import { WakeableTimer } from './wakeable-timer.ts';

/** Milliseconds. The poll is the net under the wake after each commit, and finds what other replicas committed. */
const POLL_MS = 250;
const STANDBY_MS = 1_000;
const BATCH = 200;
const MAINTENANCE_MS = 3_600_000;
const GAUGE_MS = 5_000;
/** What is committed at the end of a process still leaves, unless that takes longer. */
const FLUSH_MS = 2_000;
/** A leader whose machine vanished holds its lock until Postgres notices; a living one is never silent this long. */
const SILENCE_MS = 30_000;

export interface RelayParts {
  readonly service: Service;
  readonly databaseUrl: string;
  readonly connections: AmqpConnections;
  readonly publisher: ConfirmedPublisher;
  readonly metrics: MessagingMetrics;
}

/**
 * Sends the rows of the outbox, in order, and marks them. One leader per service, by an advisory lock held on the very
 * session that reads and marks: a relay that lost the lock can mark nothing. Everything is sent at least once; a row
 * sent and not marked is sent again, with the same id. No transaction is open while the broker is asked.
 */
export class OutboxRelay {
  private readonly logger = new Logger('OutboxRelay');
  private readonly timer = new WakeableTimer();
  private running: Promise<void> | null = null;
  private stopped = false;
  private lastTrouble = '';

  constructor(private readonly parts: RelayParts) {}

  /** Begins to lead or to stand by. */
  start(): void {
    this.running ??= this.run();
  }

  /** Something was committed: look now. */
  wake(): void {
    this.timer.wake();
  }

  /** Sends what is committed, for a moment at most, and gives up the lead. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.timer.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isStopped()) {
      const session = new pg.Client({
        connectionString: this.parts.databaseUrl,
        application_name: `imago-${this.parts.service}-relay`,
        keepAlive: true,
        connectionTimeoutMillis: 10_000,
        statement_timeout: 30_000,
        query_timeout: 40_000,
        // The plan of a prepared statement does not depend on its values here: the unpublished rows are few.
        options: `-c idle_session_timeout=${SILENCE_MS} -c plan_cache_mode=force_generic_plan`,
      });
      session.on('error', () => undefined); // the next query on it rejects, and the loop begins anew
      try {
        await session.connect();
        await this.lead(new OutboxRows(session, this.parts.service));
      } catch (error) {
        this.complain(describeError(error));
      } finally {
        this.parts.metrics.leader.set({ service: this.parts.service }, 0);
        await session.end().catch(() => undefined);
      }
      if (!this.isStopped()) await this.timer.sleep(STANDBY_MS);
    }
  }

  private async lead(rows: OutboxRows): Promise<void> {
    while (!(await rows.tryLead())) {
      if (this.isStopped()) return;
      await this.timer.sleep(STANDBY_MS);
    }
    let maintainedAt = -Infinity;
    let measuredAt = -Infinity;
    while (!this.isStopped()) {
      this.parts.metrics.leader.set({ service: this.parts.service }, 1);
      const now = performance.now();
      if (now - maintainedAt > MAINTENANCE_MS) {
        await this.maintain(rows);
        maintainedAt = now;
      }
      if (now - measuredAt > GAUGE_MS) {
        this.parts.metrics.oldestUnpublished.set({ service: this.parts.service }, await rows.oldestSeconds());
        measuredAt = now;
      }
      const sent = this.parts.connections.blocked ? 0 : await this.relayBatch(rows);
      if (sent < BATCH) await this.timer.sleep(POLL_MS); // no longer than a moment when something was committed since
    }
    const end = performance.now() + FLUSH_MS;
    while (performance.now() < end && (await this.relayBatch(rows)) > 0);
  }

  /** Old rows may stay a while longer; publishing must not wait for them. */
  private async maintain(rows: OutboxRows): Promise<void> {
    try {
      await rows.maintain();
    } catch (error) {
      this.logger.error(`old messages could not be removed: ${describeError(error)}`);
    }
  }

  private isStopped(): boolean {
    return this.stopped;
  }

  /** Sends one batch and answers how many rows it had; 0 when there was nothing, or not all of it was taken. */
  private async relayBatch(rows: OutboxRows): Promise<number> {
    const batch = await rows.due(BATCH);
    if (batch.length === 0) return 0;
    const measured = this.parts.metrics.confirmSeconds.startTimer({ service: this.parts.service });
    const outcomes = await Promise.all(batch.map((row) => this.publish(row)));
    measured();
    const sent: string[] = [];
    let taken = true;
    for (const [index, row] of batch.entries()) {
      const outcome = outcomes[index] ?? 'lost';
      if (outcome === 'confirmed') sent.push(row.seq);
      else if (outcome === 'lost' || outcome === 'blocked') taken = false;
      else await this.hold(rows, row, outcome);
    }
    if (sent.length > 0) {
      await rows.markPublished(sent);
      this.lastTrouble = '';
    }
    if (!taken) this.complain('the broker did not take a whole batch; what is left is sent again');
    return taken ? batch.length : 0;
  }

  private publish(row: OutboxRow): Promise<PublishOutcome> {
    const further = furtherKeys(row.routing_key, row.envelope);
    return asPublishing(row, () =>
      this.parts.publisher.publish({
        exchange: EVENTS_EXCHANGE,
        routingKey: row.routing_key,
        body: Buffer.from(row.envelope),
        properties: {
          ...eventProperties(this.parts.service, row, activeTraceparent()),
          ...(further.length > 0 && { BCC: [...further] }),
        },
      }),
    );
  }

  /** A row the broker would not take waits, and with it the later ones of its key; all others go on. */
  private async hold(rows: OutboxRows, row: OutboxRow, outcome: PublishOutcome): Promise<void> {
    this.parts.metrics.publishFailures.inc({ service: this.parts.service, outcome });
    const why = outcome === 'returned' ? 'no queue takes it: the topology is not declared' : `the broker: ${outcome}`;
    this.complain(`${row.routing_key} was not published: ${why}`);
    const seconds = Math.min(60, 0.5 * 2 ** row.attempts) * (1 + Math.random() * 0.2);
    await rows.hold(row.seq, seconds, why);
  }

  /** Says each trouble once, not at every poll while it lasts. */
  private complain(trouble: string): void {
    if (trouble !== this.lastTrouble) this.logger.warn(trouble);
    this.lastTrouble = trouble;
  }
}
