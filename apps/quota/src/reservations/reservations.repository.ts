import { lockName, prepared } from '@imago/persistence';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { QUOTA_CONFIG } from '../config-token.ts';
import type { QuotaConfig } from '../config.ts';
import type { Account, LockedAccount } from '../limits/limits.repository.ts';
import type { ReservationRow } from './reservation.row.ts';

/** A reservation, with what the database's clock says about it. */
export interface KnownReservation extends ReservationRow {
  /** It may not be used for a registration any more. */
  readonly expired: boolean;
  /** Its place is due to be free again. */
  readonly lapsed: boolean;
}

/** How the taking of a place ended, and how many are taken after it. */
export interface Taking {
  /** Null when there was no place left. */
  readonly expires_at: Date | null;
  readonly used: number;
}

/** An image in the ledger, under the account that pays for it. */
export interface Entry extends Account {
  readonly image_id: string;
  readonly correlation_id: string;
}

/** An image a place is asked for. */
export interface Wish extends Entry {
  readonly storage_gib: number;
}

type Times = Pick<QuotaConfig, 'QUOTA_RESERVATION_SECONDS' | 'QUOTA_LATE_SECONDS'>;

/**
 * The rows of the ledger. Only the holder of an image's lock moves it to another account; only the holder of an
 * account's lock changes the rows of that account. All times are the database's, and those of the statement: a
 * transaction that waited for its lock must not give away time it has not got.
 */
@Injectable()
export class ReservationsRepository {
  constructor(@Inject(QUOTA_CONFIG) private readonly times: Times) {}

  /** Keeps everybody else away from an image until the transaction ends, also while it has no row to lock. */
  async lockImage(tx: EntityManager, imageId: string): Promise<void> {
    await lockName(tx, `quota.image.${imageId}`);
  }

  async find(tx: EntityManager, imageId: string): Promise<KnownReservation | null> {
    const rows: KnownReservation[] = await tx.query(FIND, [imageId]);
    return rows[0] ?? null;
  }

  /** Takes a place for an image without a row, if there is one: by one statement, whose condition is the ledger itself. */
  async take(tx: EntityManager, account: LockedAccount, entry: Wish): Promise<Taking> {
    const [taking]: Taking[] = await tx.query(TAKE, [
      entry.image_id,
      account.project_id,
      account.region,
      entry.correlation_id,
      account.limit,
      this.times.QUOTA_RESERVATION_SECONDS,
      this.#sweepSeconds(),
      entry.storage_gib,
    ]);
    if (taking === undefined) throw new Error('counting gave no row');
    return taking;
  }

  /** Gives a reservation that was not used in time its time again; its place was kept, so nothing else changes. */
  async renew(tx: EntityManager, imageId: string): Promise<Date> {
    const [[renewed]] = await tx.query<[{ expires_at: Date }[], number]>(
      `UPDATE quota.reservations
       SET expires_at = clock_timestamp() + make_interval(secs => $2),
         sweep_at = clock_timestamp() + make_interval(secs => $3), updated_at = clock_timestamp()
       WHERE image_id = $1 AND state = 'reserved' RETURNING expires_at`,
      [imageId, this.times.QUOTA_RESERVATION_SECONDS, this.#sweepSeconds()],
    );
    if (renewed === undefined) throw new Error(`image ${imageId} holds no reservation to renew`);
    return renewed.expires_at;
  }

  /**
   * Writes down where an image stands now, and in whose account, without asking for a limit. `version` is the newest of the
   * image's that this was decided by.
   */
  async settle(
    tx: EntityManager,
    { image_id, project_id, region, correlation_id }: Entry,
    { state, version }: { readonly state: 'confirmed' | 'exempt' | 'ended'; readonly version: number },
  ): Promise<void> {
    await tx.query(SETTLE, [image_id, project_id, region, state, correlation_id, version]);
  }

  /** Nothing changed by this version of the image; older ones say nothing new. */
  async noteVersion(tx: EntityManager, imageId: string, version: number): Promise<void> {
    await tx.query('UPDATE quota.reservations SET image_version = $2 WHERE image_id = $1', [imageId, version]);
  }

  async remove(tx: EntityManager, imageId: string): Promise<void> {
    await tx.query('DELETE FROM quota.reservations WHERE image_id = $1', [imageId]);
  }

  /** Reservations whose places are due to be free again, oldest first; of one account or of all. */
  async lapsed(tx: EntityManager, account: Account | null, most: number): Promise<readonly Entry[]> {
    return tx.query(LAPSED, [account?.project_id ?? null, account?.region ?? null, most]);
  }

  #sweepSeconds(): number {
    return this.times.QUOTA_RESERVATION_SECONDS + this.times.QUOTA_LATE_SECONDS;
  }
}

const FIND = prepared(`
SELECT image_id, project_id, region, resource, state, expires_at, sweep_at, correlation_id, image_version, storage_gib,
  created_at, updated_at, expires_at <= clock_timestamp() AS expired,
  coalesce(sweep_at <= clock_timestamp(), false) AS lapsed
FROM quota.reservations WHERE image_id = $1`);

const TAKE = prepared(`
WITH before AS (
  SELECT count(*)::integer AS used FROM quota.reservations
  WHERE project_id = $2 AND region = $3 AND resource = 'images' AND state <> 'ended' AND state <> 'exempt'
), taken AS (
  INSERT INTO quota.reservations
    (image_id, project_id, region, resource, state, expires_at, sweep_at, correlation_id, storage_gib)
  SELECT $1, $2, $3, 'images', 'reserved', clock_timestamp() + make_interval(secs => $6),
    clock_timestamp() + make_interval(secs => $7), $4, $8
  FROM before WHERE used < $5
  RETURNING expires_at
)
SELECT expires_at, used + (expires_at IS NOT NULL)::integer AS used FROM before LEFT JOIN taken ON true`);

const SETTLE = prepared(`
INSERT INTO quota.reservations AS known
  (image_id, project_id, region, resource, state, expires_at, correlation_id, image_version)
VALUES ($1, $2, $3, 'images', $4, clock_timestamp(), $5, $6)
ON CONFLICT ON CONSTRAINT reservations_pkey
DO UPDATE SET project_id = excluded.project_id, region = excluded.region, state = excluded.state,
  image_version = greatest(known.image_version, excluded.image_version), sweep_at = NULL,
  updated_at = clock_timestamp()`);

const LAPSED = prepared(`
SELECT image_id, project_id, region, correlation_id FROM quota.reservations
WHERE sweep_at <= clock_timestamp()
  AND ($1::text IS NULL OR (project_id = $1 AND region = $2 AND resource = 'images' AND state <> 'ended'))
ORDER BY sweep_at LIMIT $3`);
