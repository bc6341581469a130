import type { CompareHolds, CorrectHolds, Difference, RequestOf } from '@imago/contracts';
import { inTransaction } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ObjectSweeper } from './object-sweeper.ts';
import { ObjectsRepository } from './objects.repository.ts';

type Hold = RequestOf<typeof CorrectHolds>['holds'][number];

/** Finds where other bytes are kept for disks of servers than compute says, and keeps those that it names. */
@Injectable()
export class HoldTruth {
  constructor(
    private readonly db: DataSource,
    private readonly objects: ObjectsRepository,
    private readonly sweeper: ObjectSweeper,
  ) {}

  async compare({ region, after, up_to, holds }: RequestOf<typeof CompareHolds>): Promise<Difference[]> {
    const ids = [holds.map(({ disk_id }) => disk_id), holds.map(({ object_id }) => object_id)];
    return this.db.query(DIFFERENCES, [region, after, up_to, ...ids]);
  }

  /** @returns the disks for which the right bytes are kept now. */
  async correct(holds: readonly Hold[]): Promise<readonly string[]> {
    const corrected: string[] = [];
    for (const hold of holds)
      if (await inTransaction(this.db, (tx) => this.#correctOne(tx, hold))) corrected.push(hold.disk_id);
    this.sweeper.wake();
    return corrected;
  }

  /** Takes the new hold before the old ones go, and only on bytes that nobody has begun to erase. */
  async #correctOne(tx: EntityManager, { disk_id, object_id }: Hold): Promise<boolean> {
    const kept = object_id === null || (await this.objects.holdSealed(tx, object_id, disk_id));
    const held = await this.objects.heldBy(tx, disk_id);
    for (const id of held.filter((each) => each !== object_id)) {
      const unneeded = { disk_ids: [disk_id], object_id: id };
      await this.objects.releaseServers(tx, await this.objects.lockHeldImages(tx, unneeded), unneeded);
    }
    return kept;
  }
}

/** Parameters: region, after, up_to, and of the disks that are: ids, objects. */
const DIFFERENCES = `
WITH needed AS (
  SELECT * FROM unnest($4::uuid[], $5::uuid[]) AS needed (disk_id, object_id)
), kept AS (
  SELECT holder_id AS disk_id, object_id FROM catalog.object_references JOIN catalog.objects ON objects.id = object_id
  WHERE region = $1 AND holder_type = 'server'
    AND ($2::uuid IS NULL OR holder_id > $2) AND ($3::uuid IS NULL OR holder_id <= $3)
)
SELECT disk_id AS subject, CASE WHEN kept.disk_id IS NULL THEN 'hold_missing' ELSE 'hold_unneeded' END AS problem,
  format('object %s is %s', object_id,
    CASE WHEN kept.disk_id IS NULL THEN 'not kept for it' ELSE 'kept for it and not needed' END) AS detail
FROM needed FULL JOIN kept USING (disk_id, object_id)
WHERE needed.disk_id IS NULL OR kept.disk_id IS NULL
ORDER BY disk_id`;
