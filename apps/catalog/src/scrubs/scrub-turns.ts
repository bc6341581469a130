import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ObjectRow } from '../objects/object.row.ts';

/** How far an object has been read: whoever goes on need not begin it again. */
export interface ObjectMark {
  readonly object_id: string;
  /** Of the object whose bytes were read. */
  readonly etag: string;
  /** It was other bytes when it was read once: this is the second look. */
  readonly second: boolean;
  readonly position: number;
  /** What the hash has come to, base64. */
  readonly hash: string;
}

/** The right of this process to scrub a region, until the lease lapses or somebody else takes it. */
export interface Turn {
  readonly region: string;
  readonly round: number;
  readonly fence: string;
  readonly started_at: Date;
  readonly after_object_id: string | null;
  readonly mark: ObjectMark | null;
  /** Looks at the object after `after_object_id` for which the store had no answer, although it had others. */
  readonly attempts: number;
}

/** What came of an object. */
export type ObjectResult = 'whole' | 'damaged' | 'repaired' | 'unread' | 'gone';

export interface DoneObject {
  readonly object: Pick<ObjectRow, 'id'>;
  readonly result: ObjectResult;
  /** Read since the last that was written down. */
  readonly bytes: number;
}

/** Another process has taken the turn: nothing that is known here counts. */
export class TurnLostError extends Error {
  override readonly name = 'TurnLostError';
}

/** Seconds a turn lasts without a sign of life. */
const LEASE_SECONDS = 60;
const RENEWED = `leased_until = clock_timestamp() + interval '${LEASE_SECONDS} seconds'`;

/**
 * Whose turn it is to scrub a region, and how far it has come: one row a region. Every write says under which fence; a
 * process that was thought dead writes nothing.
 */
@Injectable()
export class ScrubTurns {
  constructor(private readonly db: DataSource) {}

  /** Makes sure that there is a row for each region; the first round of a new one is due after so many seconds. */
  async know(regions: readonly string[], seconds: number): Promise<void> {
    await this.db.query(
      `INSERT INTO catalog.scrubs (region, next_at)
       SELECT unnest($1::text[]), clock_timestamp() + make_interval(secs => $2) ON CONFLICT DO NOTHING`,
      [[...regions], seconds],
    );
  }

  /** Makes a round due now. @returns whether there is such a region */
  async start(region: string): Promise<boolean> {
    const [started] = await this.db.query<[unknown[], number]>(
      'UPDATE catalog.scrubs SET next_at = clock_timestamp() WHERE region = $1 RETURNING region',
      [region],
    );
    return started.length > 0;
  }

  /** Goes on with a round nobody is at, or begins one that is due; null when there is neither. */
  async claim(): Promise<Turn | null> {
    const [claimed] = await this.db.query<[Turn[], number]>(
      `UPDATE catalog.scrubs s SET
         fence = fence + 1, leased_until = clock_timestamp() + make_interval(secs => $1), paused = false,
         round = CASE WHEN started_at IS NULL THEN round + 1 ELSE round END,
         started_at = coalesce(started_at, clock_timestamp()),
         objects_total = CASE WHEN started_at IS NULL THEN (
           SELECT count(*) FROM catalog.objects o WHERE o.region = s.region AND o.state = 'sealed') ELSE objects_total END
       WHERE region = (SELECT region FROM catalog.scrubs
         WHERE (started_at IS NOT NULL OR next_at <= clock_timestamp())
           AND (leased_until IS NULL OR leased_until <= clock_timestamp())
         ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING region, round, fence::text, started_at, after_object_id, mark, attempts`,
      [LEASE_SECONDS],
    );
    return claimed[0] ?? null;
  }

  /** Keeps how far an object was read, where that can be told, and the turn. @throws TurnLostError */
  async reached({ region, fence }: Turn, mark: ObjectMark | null, bytes: number): Promise<void> {
    await this.#write(
      this.db.manager,
      { region, fence },
      `${RENEWED}, mark = coalesce($3::jsonb, mark), bytes = bytes + $4::bigint`,
      [mark === null ? null : JSON.stringify(mark), bytes],
    );
  }

  /** An object is done with. @throws TurnLostError; then nothing of the transaction happens */
  async done(tx: EntityManager, turn: Turn, { object, result, bytes }: DoneObject): Promise<Turn> {
    await this.#write(
      tx,
      turn,
      `${RENEWED}, after_object_id = $3::uuid, mark = NULL, attempts = 0, bytes = bytes + $5::bigint,
       objects = objects + ($4::text IN ('whole', 'damaged', 'repaired'))::integer,
       damaged = damaged + ($4::text = 'damaged')::integer,
       repaired = repaired + ($4::text = 'repaired')::integer,
       unread = unread + ($4::text = 'unread')::integer`,
      [object.id, result, bytes],
    );
    return { ...turn, after_object_id: object.id, mark: null, attempts: 0 };
  }

  /** The store has no answer: the turn is given up for so many seconds. @throws TurnLostError */
  async pause(turn: Turn, seconds: number, attempts: number): Promise<void> {
    await this.#write(
      this.db.manager,
      turn,
      `paused = true, attempts = $4::integer, leased_until = clock_timestamp() + make_interval(secs => $3::float)`,
      [seconds, attempts],
    );
  }

  /** Somebody else may go on at once. */
  async giveUp({ region, fence }: Turn): Promise<void> {
    await this.db.query('UPDATE catalog.scrubs SET leased_until = NULL WHERE region = $1 AND fence = $2', [
      region,
      fence,
    ]);
  }

  /** The round has come to its end; the next one is due so many seconds after its beginning. @throws TurnLostError */
  async finish(tx: EntityManager, turn: Turn, seconds: number): Promise<void> {
    await tx.query(
      `INSERT INTO catalog.scrub_rounds
         (region, round, started_at, finished_at, objects, bytes, damaged, repaired, unread)
       SELECT region, round, started_at, clock_timestamp(), objects, bytes, damaged, repaired, unread
       FROM catalog.scrubs WHERE region = $1 AND fence = $2`,
      [turn.region, turn.fence],
    );
    await tx.query('DELETE FROM catalog.scrub_rounds WHERE region = $1 AND round <= $2', [
      turn.region,
      turn.round - KEPT_ROUNDS,
    ]);
    await this.#write(
      tx,
      turn,
      `next_at = CASE WHEN next_at > started_at THEN next_at ELSE started_at + make_interval(secs => $3::float) END,
       started_at = NULL, after_object_id = NULL, mark = NULL, leased_until = NULL,
       objects = 0, bytes = 0, damaged = 0, repaired = 0, unread = 0`,
      [seconds],
    );
  }

  async #write(
    tx: EntityManager,
    { region, fence }: Pick<Turn, 'region' | 'fence'>,
    changes: string,
    values: readonly unknown[],
  ): Promise<void> {
    const [written] = await tx.query<[unknown[], number]>(
      `UPDATE catalog.scrubs SET ${changes}
       WHERE region = $1 AND fence = $2 RETURNING region`,
      [region, fence, ...values],
    );
    if (written.length === 0) throw new TurnLostError(`another process scrubs ${region}`);
  }
}

/** Rounds that are remembered. */
const KEPT_ROUNDS = 100;
