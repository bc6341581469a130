import type { QuotaResource } from '@imago/contracts';
import { prepared } from '@imago/persistence';
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

type Defaults = Pick<
  QuotaConfig,
  'QUOTA_DEFAULT_IMAGES' | 'QUOTA_DEFAULT_MEMBERS_PER_IMAGE' | 'QUOTA_DEFAULT_STORAGE_GIB'
>;

/** The rows of limits. An account without one has the default. */
@Injectable()
export class LimitsRepository {
  readonly #defaults: Readonly<Record<QuotaResource, number>>;

  constructor(@Inject(QUOTA_CONFIG) config: Defaults) {
    this.#defaults = {
      images: config.QUOTA_DEFAULT_IMAGES,
      members_per_image: config.QUOTA_DEFAULT_MEMBERS_PER_IMAGE,
      storage_gib: config.QUOTA_DEFAULT_STORAGE_GIB,
    };
  }

  /**
   * Keeps everybody else from changing what an account has of a resource until the transaction ends. What is read after
   * this is as the last holder of the lock left it: every statement of a transaction sees what was committed before it.
   */
  async lock(
    tx: EntityManager,
    { project_id, region }: Account,
    resource: QuotaResource = 'images',
  ): Promise<LockedAccount> {
    const [row]: { maximum: number | null; revision: string }[] = await tx.query(LOCK, [project_id, region, resource]);
    if (row === undefined) throw new Error('RETURNING gave no row');
    const limit = row.maximum ?? this.#defaults[resource];
    return { project_id, region, limit, revision: Number(row.revision) };
  }

  async limitOf(tx: EntityManager, { project_id, region }: Account, resource: QuotaResource): Promise<number> {
    const [row]: { maximum: number | null }[] = await tx.query(MAXIMUM, [project_id, region, resource]);
    return row?.maximum ?? this.#defaults[resource];
  }

  /** Of an account that is locked for this resource. */
  async set(tx: EntityManager, { project_id, region }: Account, resource: QuotaResource, limit: number): Promise<void> {
    await tx.query('UPDATE quota.limits SET maximum = $4 WHERE project_id = $1 AND region = $2 AND resource = $3', [
      project_id,
      region,
      resource,
      limit,
    ]);
  }
}

const LOCK = prepared(`
INSERT INTO quota.limits AS held (project_id, region, resource) VALUES ($1, $2, $3)
ON CONFLICT ON CONSTRAINT limits_pkey DO UPDATE SET revision = held.revision + 1
RETURNING maximum, revision`);

const MAXIMUM = prepared('SELECT maximum FROM quota.limits WHERE project_id = $1 AND region = $2 AND resource = $3');
