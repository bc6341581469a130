import type { ReconciliationName, ReconciliationReport } from '@imago/contracts';
import type { DataSource } from 'typeorm';

/** How a comparison ended. */
export type Outcome = Pick<ReconciliationReport, 'compared' | 'found' | 'repaired' | 'differences' | 'error'>;

/** A comparison that this process alone makes, until the claim lapses. */
export interface Claim {
  readonly name: ReconciliationName;
  readonly region: string;
  /** As exact text: whoever claimed it since has begun anew. */
  readonly started_at: string;
}

/** Seconds after which a comparison whose process was lost is begun again. */
const CLAIM_SECONDS = 900;

/** When comparisons were made and are due, and what they found: one row for each in each region. */
export class ReconciliationRuns {
  constructor(
    private readonly db: DataSource,
    private readonly schema: string,
  ) {}

  /** Makes sure that there is a row for each; what is new is due after so many seconds. */
  async know(name: ReconciliationName, regions: readonly string[], seconds: number): Promise<void> {
    await this.db.query(
      `INSERT INTO "${this.schema}".reconciliations (name, region, next_at)
       SELECT $1, unnest($2::text[]), clock_timestamp() + make_interval(secs => $3) ON CONFLICT DO NOTHING`,
      [name, [...regions], seconds],
    );
  }

  /** Claims what is due longest; null when nothing is. */
  async claim(names: readonly ReconciliationName[]): Promise<Claim | null> {
    const [claims] = await this.db.query<[Claim[], number]>(
      `UPDATE "${this.schema}".reconciliations
       SET started_at = clock_timestamp(), next_at = clock_timestamp() + make_interval(secs => $1)
       WHERE (name, region) IN (SELECT name, region FROM "${this.schema}".reconciliations
         WHERE next_at <= clock_timestamp() AND name = ANY ($2) ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING name, region, started_at::text`,
      [CLAIM_SECONDS, [...names]],
    );
    return claims[0] ?? null;
  }

  /** Writes down how a comparison ended; nothing when another process has begun it anew. */
  async finish({ name, region, started_at }: Claim, outcome: Outcome, seconds: number): Promise<void> {
    const { compared, found, repaired, differences, error } = outcome;
    await this.db.query(
      `UPDATE "${this.schema}".reconciliations
       SET finished_at = clock_timestamp(), compared = $4, found = $5, repaired = $6, differences = $7, error = $8,
         next_at = least(next_at, clock_timestamp() + make_interval(secs => $9))
       WHERE name = $1 AND region = $2 AND started_at = $3::timestamptz`,
      [name, region, started_at, compared, found, repaired, JSON.stringify(differences), error, seconds],
    );
  }

  /** Makes them due now; one that is being made is made once more. */
  async start(region: string, names: readonly ReconciliationName[]): Promise<readonly ReconciliationName[]> {
    const [started] = await this.db.query<[{ name: ReconciliationName }[], number]>(
      `UPDATE "${this.schema}".reconciliations SET next_at = clock_timestamp()
       WHERE region = $1 AND name = ANY ($2) RETURNING name`,
      [region, [...names]],
    );
    return started.map(({ name }) => name);
  }

  async list(region: string): Promise<readonly ReconciliationReport[]> {
    const rows: (Omit<ReconciliationReport, Times> & Record<Times, Date | null>)[] = await this.db.query(
      `SELECT name, region, started_at, finished_at, next_at, compared, found, repaired, differences, error
       FROM "${this.schema}".reconciliations WHERE region = $1 ORDER BY name`,
      [region],
    );
    return rows.map((row) => ({
      ...row,
      started_at: row.started_at?.toISOString() ?? null,
      finished_at: row.finished_at?.toISOString() ?? null,
      next_at: row.next_at?.toISOString() ?? '',
    }));
  }
}

type Times = 'started_at' | 'finished_at' | 'next_at';
