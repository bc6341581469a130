import { UnlockServer } from '@imago/contracts';
import { serviceContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** A lock of a server; its id is that of the capture it is for. */
export interface ServerLock {
  readonly lock_id: string;
  readonly project_id: string;
  readonly correlation_id: string;
}

/** Locks that are renewed with one request, and released at once. */
export const RENEWED_AT_ONCE = 1000;
export const RELEASED_AT_ONCE = 100;

/**
 * The locks this service may hold at compute. A lock is noted before it is asked for and forgotten when compute has
 * released it, so that no crash and no lost answer leaves a server locked.
 */
@Injectable()
export class ServerLocks {
  constructor(
    private readonly db: DataSource,
    private readonly requests: RequestClient,
  ) {}

  /** Notes that a lock is going to be asked for. */
  async add(tx: EntityManager, { lock_id, project_id, correlation_id }: ServerLock): Promise<void> {
    await tx.query(
      `INSERT INTO capture.server_locks (lock_id, project_id, correlation_id) VALUES ($1, $2, $3)
       ON CONFLICT ON CONSTRAINT server_locks_pkey DO NOTHING`,
      [lock_id, project_id, correlation_id],
    );
  }

  /** The locks whose captures have not ended, as far as compute has not said that they are lost. */
  async needed(): Promise<readonly string[]> {
    const rows: { lock_id: string }[] = await this.db.query(
      `SELECT lock_id FROM capture.server_locks JOIN capture.jobs ON jobs.id = lock_id
       WHERE lost_at IS NULL AND state IN ('admitting', 'queued', 'running', 'cancelling')`,
    );
    return rows.map((row) => row.lock_id);
  }

  /** All that a region's captures hold, lost ones aside: those of captures under way, and those of others. */
  async inRegion(region: string): Promise<{ readonly needed: readonly string[]; readonly ending: readonly string[] }> {
    const rows: { lock_id: string; needed: boolean }[] = await this.db.query(
      `SELECT lock_id, coalesce(state IN ('queued', 'running', 'cancelling'), false) AS needed
       FROM capture.server_locks LEFT JOIN capture.jobs ON jobs.id = lock_id
       WHERE lost_at IS NULL AND (region = $1 OR region IS NULL)`,
      [region],
    );
    const idsOf = (needed: boolean): string[] => rows.filter((row) => row.needed === needed).map((row) => row.lock_id);
    return { needed: idsOf(true), ending: idsOf(false) };
  }

  /** Locks whose captures have ended, or were never accepted; oldest first. */
  async over(): Promise<readonly ServerLock[]> {
    return this.db.query(
      `SELECT lock_id, lock.project_id, lock.correlation_id FROM capture.server_locks lock
       LEFT JOIN capture.jobs ON jobs.id = lock_id
       WHERE jobs.id IS NULL OR state IN ('succeeded', 'failed', 'cancelled')
       ORDER BY lock.created_at LIMIT $1`,
      [RELEASED_AT_ONCE],
    );
  }

  /** Notes which locks compute does not have any more. @returns those of accepted captures: their servers may run again. */
  async noteLost(lockIds: readonly string[]): Promise<readonly string[]> {
    // One that is still being admitted may not have been asked for yet.
    const [rows] = await this.db.query<[{ lock_id: string }[], number]>(
      `UPDATE capture.server_locks SET lost_at = now() FROM capture.jobs
       WHERE jobs.id = lock_id AND lock_id = ANY ($1::uuid[]) AND lost_at IS NULL AND state <> 'admitting'
       RETURNING lock_id`,
      [[...lockIds]],
    );
    return rows.map((row) => row.lock_id);
  }

  /** Releases a lock at compute and forgets it. A lock that compute does not have is fine. */
  async release({ lock_id, project_id, correlation_id }: ServerLock): Promise<void> {
    const context = serviceContext('capture', project_id, correlation_id);
    await this.requests.send(UnlockServer, { lock_id }, { context });
    await this.db.query('DELETE FROM capture.server_locks WHERE lock_id = $1', [lock_id]);
  }
}
