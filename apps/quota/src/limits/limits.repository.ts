import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { QUOTA_CONFIG } from '../config-token.ts';
import type { QuotaConfig } from '../config.ts';

/** Whose images are counted together. */
export interface Account {
  readonly project_id: string;
  readonly region: string;
}

/** An account whose reservations nobody else changes until the transaction ends. */
export interface LockedAccount extends Account {
  readonly limit: number;
  /** Grows with every locking. */
  readonly revision: number;
}

/** What an account may use and does use. */
export interface AccountFigures extends Account {
  readonly limit: number;
  readonly used: number;
}

/** The rows of limits. An account without one has the default. */
@Injectable()
export class LimitsRepository {
  constructor(@Inject(QUOTA_CONFIG) private readonly config: Pick<QuotaConfig, 'QUOTA_DEFAULT_IMAGES'>) {}

  /**
   * Keeps everybody else from changing the account's reservations until the transaction ends. What is read after this
   * is as the last holder of the lock left it: every statement of a transaction sees what was committed before it.
   */
  async lock(tx: EntityManager, { project_id, region }: Account): Promise<LockedAccount> {
    const [row]: { maximum: number | null; revision: string }[] = await tx.query(
      `INSERT INTO quota.limits AS held (project_id, region, resource) VALUES ($1, $2, 'images')
       ON CONFLICT ON CONSTRAINT limits_pkey DO UPDATE SET revision = held.revision + 1
       RETURNING maximum, revision`,
      [project_id, region],
    );
    if (row === undefined) throw new Error('RETURNING gave no row');
    const limit = row.maximum ?? this.config.QUOTA_DEFAULT_IMAGES;
    return { project_id, region, limit, revision: Number(row.revision) };
  }

  /** The figures of one project in some regions, in their order, as they are at one moment. */
  async figures(tx: EntityManager, projectId: string, regions: readonly string[]): Promise<readonly AccountFigures[]> {
    return tx.query(
      `SELECT $1 AS project_id, asked.region, coalesce(held.maximum, $3) AS limit,
         (SELECT count(*)::integer FROM quota.reservations live
          WHERE live.project_id = $1 AND live.region = asked.region AND live.resource = 'images'
            AND live.state <> 'ended') AS used
       FROM unnest($2::text[]) WITH ORDINALITY AS asked (region, place)
       LEFT JOIN quota.limits held
         ON held.project_id = $1 AND held.region = asked.region AND held.resource = 'images'
       ORDER BY asked.place`,
      [projectId, regions, this.config.QUOTA_DEFAULT_IMAGES],
    );
  }
}
