import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** A lock that stands, and one of the disks it is of. */
export interface StandingLock {
  readonly lock_id: string;
  readonly server_id: string;
  readonly disk_id: string;
  readonly host_id: string;
  /** Milliseconds until it lapses. */
  readonly remaining: number;
}

/** The locks of servers, which are part of their rows. The clock of the database decides. */
@Injectable()
export class LocksRepository {
  constructor(private readonly db: DataSource) {}

  /** Null when there is no such lock, when it has lapsed, or is not of this disk. */
  async standing(lockId: string, diskId: string, tx: EntityManager = this.db.manager): Promise<StandingLock | null> {
    const [row]: StandingLock[] = await tx.query(
      `SELECT lock_id, servers.id AS server_id, disk.id AS disk_id, host_id,
         (extract(epoch FROM lock_until - clock_timestamp()) * 1000)::float8 AS remaining
       FROM compute.servers JOIN compute.server_disks disk ON disk.server_id = servers.id AND disk.id::text = $2
       WHERE lock_id = $1 AND lock_until > clock_timestamp() AND coalesce(lock_disk_id, disk.id) = disk.id`,
      [lockId, diskId],
    );
    return row ?? null;
  }

  /** When a lock of so many seconds lapses that begins now. */
  async until(tx: EntityManager, seconds: number): Promise<Date> {
    const [row]: { until: Date }[] = await tx.query('SELECT clock_timestamp() + make_interval(secs => $1) AS until', [
      seconds,
    ]);
    if (row === undefined) throw new Error('The database has no time');
    return row.until;
  }

  /** Lets locks that stand lapse so many seconds from now. @returns those that stand */
  async renew(lockIds: readonly string[], seconds: number): Promise<readonly string[]> {
    const [rows] = await this.db.query<[{ lock_id: string }[], number]>(
      `UPDATE compute.servers SET lock_until = clock_timestamp() + make_interval(secs => $2)
       WHERE lock_id = ANY ($1::uuid[]) AND lock_until > clock_timestamp() RETURNING lock_id`,
      [[...lockIds], seconds],
    );
    return rows.map(({ lock_id }) => lock_id);
  }

  /** The server of a lock, or of one that has lapsed; nobody else changes it until the transaction ends. */
  async serverOf(tx: EntityManager, lockId: string, wanted: 'any' | 'lapsed'): Promise<string | null> {
    const lapsed = wanted === 'lapsed' ? 'AND lock_until <= clock_timestamp()' : '';
    const [row]: { id: string }[] = await tx.query(
      `SELECT id FROM compute.servers WHERE lock_id = $1 ${lapsed} FOR UPDATE`,
      [lockId],
    );
    return row?.id ?? null;
  }

  async lapsed(): Promise<readonly string[]> {
    const rows: { lock_id: string }[] = await this.db.query(
      'SELECT lock_id FROM compute.servers WHERE lock_id IS NOT NULL AND lock_until <= clock_timestamp()',
    );
    return rows.map(({ lock_id }) => lock_id);
  }

  /** Notes what a locked disk is when it is read for the first time. @returns what it was then; null without the lock */
  async pinRevision(lockId: string, diskId: string, revision: string): Promise<string | null> {
    const [rows] = await this.db.query<[{ revision: string }[], number]>(
      `UPDATE compute.servers SET lock_revisions = jsonb_build_object($2::text, $3::text) || lock_revisions
       WHERE lock_id = $1 AND lock_until > clock_timestamp() RETURNING lock_revisions ->> $2::text AS revision`,
      [lockId, diskId, revision],
    );
    return rows[0]?.revision ?? null;
  }
}
