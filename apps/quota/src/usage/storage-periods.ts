import type { DataOf, ImageStorageChangedV1 } from '@imago/contracts';
import { type Cause, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AccountUsageRepository } from '../limits/account-usage.repository.ts';
import { LimitsRepository } from '../limits/limits.repository.ts';
import { thresholdEvent } from '../limits/threshold.ts';

type Change = DataOf<typeof ImageStorageChangedV1>;

/**
 * Keeps from when until when whom was charged for what. Events come late, repeatedly and in any order: each begins the
 * period of its version, which ends where the next known version begins.
 */
@Injectable()
export class StoragePeriods {
  constructor(
    private readonly limits: LimitsRepository,
    private readonly usage: AccountUsageRepository,
    private readonly outbox: Outbox,
  ) {}

  async changed(
    tx: EntityManager,
    change: Change,
    { at, cause }: { readonly at: Date; readonly cause: Cause },
  ): Promise<void> {
    const account = { project_id: change.owner, region: change.region };
    const { limit } = await this.limits.lock(tx, account, 'storage_gib');
    const before = await this.usage.storageGib(tx, account);
    await this.#lockHours(tx, change.region, at);
    if (!(await this.#begin(tx, change, at))) return;
    await this.#end(tx, change, at);
    const after = await this.usage.storageGib(tx, account);
    const event = thresholdEvent({ ...account, resource: 'storage_gib', limit, before, after });
    if (event !== null) await this.outbox.add(tx, event, cause);
  }

  /** Whoever meters an hour sees this change, or meters the hour once more. */
  async #lockHours(tx: EntityManager, region: string, at: Date): Promise<void> {
    await tx.query(
      `INSERT INTO quota.metering_marks (region, metered_until) VALUES ($1, date_trunc('hour', $2::timestamptz, 'UTC'))
       ON CONFLICT ON CONSTRAINT metering_marks_pkey
       DO UPDATE SET metered_until = least(metering_marks.metered_until, excluded.metered_until)`,
      [region, at],
    );
  }

  /** False when this version is known. */
  async #begin(
    tx: EntityManager,
    { image_id, version, owner, region, stored_bytes }: Change,
    at: Date,
  ): Promise<boolean> {
    const begun: unknown[] = await tx.query(
      `INSERT INTO quota.storage_periods (image_id, version, project_id, region, bytes, began_at, ended_at)
       VALUES ($1, $2, $3, $4, $5, $6, (SELECT greatest(began_at, $6) FROM quota.storage_periods
         WHERE image_id = $1 AND version > $2 ORDER BY version LIMIT 1))
       ON CONFLICT DO NOTHING RETURNING image_id`,
      [image_id, version, owner, region, stored_bytes, at],
    );
    return begun.length > 0;
  }

  async #end(tx: EntityManager, { image_id, version }: Change, at: Date): Promise<void> {
    await tx.query(
      `UPDATE quota.storage_periods SET ended_at = greatest(began_at, $3) WHERE image_id = $1 AND version =
         (SELECT max(version) FROM quota.storage_periods WHERE image_id = $1 AND version < $2)`,
      [image_id, version, at],
    );
  }
}
