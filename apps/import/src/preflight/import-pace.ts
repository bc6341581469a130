import type { PreflightEstimate } from '@imago/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** How far back imports say something of the next one: so many of the newest jobs, and so many days. */
const NEWEST = 500;
const DAYS = 7;
/** Imports that are measured at most. */
const MEASURED = 20;

/** How fast imports are: measured from those that have ended with an image, never assumed. */
@Injectable()
export class ImportPace {
  constructor(private readonly db: DataSource) {}

  /** @param allocatedBytes of the disk that is to be imported; null when they are not known. */
  async estimate(region: string, allocatedBytes: string | null): Promise<PreflightEstimate> {
    const { imports, bytes, seconds } = await this.#measured(region);
    const pace = seconds > 0 ? bytes / seconds : 0;
    const known = { bytes_per_second: pace > 0 ? Math.floor(pace).toString() : null, imports };
    if (pace <= 0) {
      const seen = `No import has ended with an image in this region in the last ${DAYS} days to measure by.`;
      return { ...known, seconds: null, seen };
    }
    if (allocatedBytes === null) {
      return { ...known, seconds: null, seen: 'How much there is to store is not known.' };
    }
    return {
      ...known,
      seconds: Math.max(1, Math.ceil(Number(allocatedBytes) / pace)),
      seen: `By what the last ${imports} ${imports === 1 ? 'import' : 'imports'} took, from when a worker began.`,
    };
  }

  /** Their ids grow with time, so the newest jobs are found by the primary key, however many there are. */
  async #measured(region: string): Promise<Measured> {
    const [row]: Measured[] = await this.db.query(
      `SELECT count(*)::integer AS imports,
         coalesce(sum((data->'inspection'->>'allocated_bytes')::double precision), 0) AS bytes,
         coalesce(sum(extract(epoch FROM finished_at - started_at)), 0)::double precision AS seconds
       FROM (
         SELECT data, started_at, finished_at
         FROM (SELECT * FROM import.jobs ORDER BY id DESC LIMIT $2) AS newest
         WHERE type = 'import' AND state = 'succeeded' AND region = $1 AND finished_at > now() - make_interval(days => $3)
         ORDER BY id DESC LIMIT $4
       ) AS measured`,
      [region, NEWEST, DAYS, MEASURED],
    );
    if (row === undefined) throw new Error('counting gave no row');
    return row;
  }
}

interface Measured {
  readonly imports: number;
  readonly bytes: number;
  readonly seconds: number;
}
