import type { QuotaResource } from '@imago/contracts';
import { prepared } from '@imago/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Account } from './limits.repository.ts';

const GIB = 2n ** 30n;

/** How much of its limits an account uses: counted whenever it is asked for, so there is nothing it could differ from. */
@Injectable()
export class AccountUsageRepository {
  /** Null of `members_per_image`, of which every image has its own figure. */
  async used(tx: EntityManager, account: Account, resource: QuotaResource): Promise<number | null> {
    if (resource === 'members_per_image') return null;
    return resource === 'images' ? this.images(tx, account) : this.storageGib(tx, account);
  }

  /** Places an account has taken. */
  async images(tx: EntityManager, { project_id, region }: Account): Promise<number> {
    const [counted]: { used: number }[] = await tx.query(PLACES, [project_id, region]);
    return counted?.used ?? 0;
  }

  /** Bytes it is charged for now. */
  async storedBytes(tx: EntityManager, { project_id, region }: Account): Promise<bigint> {
    const [row]: { bytes: string }[] = await tx.query(STORED_BYTES, [region, project_id]);
    return BigInt(row?.bytes ?? '0');
  }

  /** GiB stored, rounded up, and those that images in the making may come to need, but for one of them. */
  async storageGib(tx: EntityManager, account: Account, apart: string | null = null): Promise<number> {
    const { project_id, region } = account;
    const [row]: { expected: number }[] = await tx.query(EXPECTED_GIB, [project_id, region, apart]);
    return gibOf(await this.storedBytes(tx, account)) + (row?.expected ?? 0);
  }
}

const PLACES = prepared(`
SELECT count(*)::integer AS used FROM quota.reservations
WHERE project_id = $1 AND region = $2 AND resource = 'images' AND state <> 'ended' AND state <> 'exempt'`);

const STORED_BYTES = prepared(`
SELECT coalesce(sum(bytes), 0)::text AS bytes FROM quota.storage_periods
WHERE region = $1 AND project_id = $2 AND ended_at IS NULL AND bytes > 0`);

const EXPECTED_GIB = prepared(`
SELECT coalesce(sum(storage_gib), 0)::integer AS expected FROM quota.reservations making
WHERE project_id = $1 AND region = $2 AND resource = 'images' AND state <> 'ended' AND state <> 'exempt'
  AND storage_gib > 0 AND making.image_id IS DISTINCT FROM $3
  AND NOT EXISTS (SELECT 1 FROM quota.storage_periods stored WHERE stored.image_id = making.image_id)`);

/** Whole GiB that bytes take. */
export function gibOf(bytes: bigint): number {
  return Number((bytes + GIB - 1n) / GIB);
}
