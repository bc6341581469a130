import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ObjectRow } from './object.row.ts';

/** An object to sweep now, by this process alone until the claim lapses. */
export interface SweepClaim extends Pick<ObjectRow, 'id' | 'image_id' | 'region' | 'key'> {
  readonly state: 'abandoned' | 'swept';
  /** When the claim lapses, as exact text: whoever changed it since has something newer to say. */
  readonly claimed_until: string;
}

/** Seconds a claim lasts: longer than a sweep of one object, short enough that a crash delays little. */
const CLAIM_SECONDS = 30;
/** Claimed at a time, so that replicas share the work. */
const BATCH = 10;

/**
 * The sweeper's turn at rows. A claim moves the row's next turn instead of holding a lock while the store is asked, so
 * that a crash or a silent store blocks nobody.
 */
@Injectable()
export class SweepClaims {
  constructor(private readonly db: DataSource) {}

  /** Claims what is due, oldest first; empty when nothing is. */
  async claim(): Promise<readonly SweepClaim[]> {
    const [claims] = await this.db.query<[SweepClaim[], number]>(
      `UPDATE catalog.objects SET sweep_at = now() + make_interval(secs => $1)
       WHERE id IN (SELECT id FROM catalog.objects WHERE sweep_at <= now()
         ORDER BY sweep_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING id, image_id, region, key, state, sweep_at::text AS claimed_until`,
      [CLAIM_SECONDS, BATCH],
    );
    return claims;
  }

  /** The bytes are gone, or had come back and are gone again: the object is looked after from now on. */
  async swept(claim: SweepClaim, resweepSeconds: number): Promise<void> {
    await this.db.query(
      `UPDATE catalog.objects
       SET state = 'swept', swept_at = now(), sweep_at = now() + make_interval(secs => $3)
       WHERE id = $1 AND sweep_at = $2::timestamptz`,
      [claim.id, claim.claimed_until, resweepSeconds],
    );
  }

  /**
   * A swept object stayed so: it is forgotten when it has been remembered long enough, else looked at again, the more
   * seldom the longer it has been quiet.
   */
  async stayedSwept(claim: SweepClaim, resweepSeconds: number, tombstoneSeconds: number): Promise<void> {
    await this.db.query(
      `DELETE FROM catalog.objects
       WHERE id = $1 AND sweep_at = $2::timestamptz AND swept_at <= now() - make_interval(secs => $3)`,
      [claim.id, claim.claimed_until, tombstoneSeconds],
    );
    await this.db.query(
      `UPDATE catalog.objects SET sweep_at = least(
         now() + greatest(make_interval(secs => $3), now() - swept_at), swept_at + make_interval(secs => $4))
       WHERE id = $1 AND sweep_at = $2::timestamptz`,
      [claim.id, claim.claimed_until, resweepSeconds, tombstoneSeconds],
    );
  }
}
