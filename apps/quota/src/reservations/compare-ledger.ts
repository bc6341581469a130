import type { CompareLedger as CompareLedgerContract, Difference, RequestOf } from '@imago/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

type Request = RequestOf<typeof CompareLedgerContract>;

/** Finds where the ledger does not say what catalog says. Places that are only reserved run out by themselves. */
@Injectable()
export class CompareLedger {
  constructor(private readonly db: DataSource) {}

  async execute({ region, after, up_to, images }: Request): Promise<Difference[]> {
    return this.db.query(DIFFERENCES, [
      region,
      after,
      up_to,
      images.map((image) => image.image_id),
      images.map((image) => image.project_id),
      images.map((image) => image.state),
    ]);
  }
}

/** Parameters: region, after, up_to, and of the images that are: ids, projects, states. */
const DIFFERENCES = `
WITH live AS (
  SELECT * FROM unnest($4::uuid[], $5::text[], $6::text[]) AS live (image_id, project_id, state)
), kept AS (
  SELECT image_id, project_id, state FROM quota.reservations
  WHERE region = $1 AND resource = 'images' AND state IN ('confirmed', 'exempt')
    AND ($2::uuid IS NULL OR image_id > $2) AND ($3::uuid IS NULL OR image_id <= $3)
)
SELECT image_id AS subject,
  CASE WHEN live.state IS DISTINCT FROM 'confirmed' THEN 'place_unneeded'
    WHEN kept.state = 'confirmed' THEN 'place_elsewhere' ELSE 'place_missing' END AS problem,
  format('catalog has it %s, the ledger %s',
    CASE live.state WHEN 'confirmed' THEN 'live in project ' || live.project_id WHEN 'exempt' THEN 'public'
      ELSE 'not, or gone' END,
    CASE kept.state WHEN 'confirmed' THEN 'in a place of project ' || kept.project_id ELSE 'without a place' END) AS detail
FROM live FULL JOIN kept USING (image_id)
WHERE (live.state = 'confirmed') IS DISTINCT FROM (kept.state = 'confirmed')
    AND (live.state = 'confirmed' OR kept.state = 'confirmed')
  OR live.state = 'confirmed' AND kept.state = 'confirmed' AND live.project_id <> kept.project_id
ORDER BY image_id`;
