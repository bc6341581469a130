import type { CompareLocks as CompareLocksContract, Difference, RequestOf } from '@imago/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Finds locks that stand and no capture holds, and those that a capture needs and do not stand. */
@Injectable()
export class CompareLocks {
  constructor(private readonly db: DataSource) {}

  async execute({ region, needed, ending }: RequestOf<typeof CompareLocksContract>): Promise<Difference[]> {
    return this.db.query(DIFFERENCES, [region, needed, ending]);
  }
}

/** Parameters: region, ids that are needed, ids that are about to be released. */
const DIFFERENCES = `
WITH standing AS (
  SELECT lock_id, id FROM compute.servers WHERE region = $1 AND lock_id IS NOT NULL AND lock_until > clock_timestamp()
), needed AS (SELECT * FROM unnest($2::uuid[]) AS needed (lock_id))
SELECT lock_id AS subject, CASE WHEN standing.id IS NULL THEN 'lock_missing' ELSE 'lock_unneeded' END AS problem,
  CASE WHEN standing.id IS NULL THEN 'a capture needs it and no server has it'
    ELSE 'server ' || standing.id || ' has it and no capture holds it' END AS detail
FROM standing FULL JOIN needed USING (lock_id)
WHERE (standing.id IS NULL OR needed.lock_id IS NULL) AND lock_id <> ALL ($3::uuid[])
ORDER BY lock_id`;
