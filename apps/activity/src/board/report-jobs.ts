import type { JobReport, ReportJobs as ReportJobsContract, RequestOf } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ACTIVITY_CONFIG } from '../config-token.ts';
import type { ActivityConfig } from '../config.ts';

/** Hours the figures of what has ended reach back. */
const HOURS = 24;
/** Jobs that are looked at for them, whatever their number: the newest. */
const LOOKED_AT = 20_000;

/** The jobs of a region in figures, for operators. What it costs does not grow with the jobs there ever were. */
@Injectable()
export class ReportJobs {
  constructor(
    private readonly db: DataSource,
    @Inject(ACTIVITY_CONFIG) private readonly config: ActivityConfig,
  ) {}

  /** @throws Refusal auth.forbidden */
  async report({ region }: RequestOf<typeof ReportJobsContract>, context: RequestContext): Promise<JobReport> {
    requireAllowed('operations.get', context, 'operator');
    const open: JobReport['open'] = await this.db.query(OPEN, [region, this.config.ACTIVITY_JOB_SILENCE_SECONDS]);
    const [ended]: Omit<JobReport, 'open'>[] = await this.db.query(ENDED, [region, HOURS, LOOKED_AT]);
    if (ended === undefined) throw new Error('an aggregate without groups is one row');
    return { open, ...ended, since: new Date(ended.since).toISOString() };
  }
}

/** Parameters: region, seconds. */
const OPEN = `
SELECT type, state, count(*)::int AS jobs,
  (count(*) FILTER (WHERE state <> 'queued'
    AND (view ->> 'updated_at')::timestamptz < clock_timestamp() - make_interval(secs => $2)))::int AS silent
FROM activity.jobs WHERE region = $1 AND state IN ('queued', 'running', 'cancelling')
GROUP BY type, state ORDER BY type, state`;

/** Parameters: region, hours, jobs. */
const ENDED = `
WITH newest AS MATERIALIZED (
  SELECT type, state, created_at, view -> 'error' ->> 'code' AS code, (view ->> 'finished_at')::timestamptz AS finished_at,
    coalesce(view ->> 'bytes_total', view ->> 'bytes_done')::numeric AS bytes
  FROM activity.jobs
  WHERE region = $1 AND created_at > clock_timestamp() - make_interval(hours => $2)
  ORDER BY created_at DESC, id DESC LIMIT $3
), ended AS (
  SELECT type, state, code, count(*)::int AS jobs FROM newest
  WHERE state IN ('succeeded', 'failed', 'cancelled') GROUP BY type, state, code
), hours AS (
  SELECT to_char(date_trunc('hour', finished_at AT TIME ZONE 'UTC'), 'YYYY-MM-DD"T"HH24:MI:SS.000"Z"') AS hour, type,
    count(*)::int AS jobs, sum(bytes)::text AS bytes
  FROM newest WHERE state = 'succeeded' AND finished_at IS NOT NULL GROUP BY 1, type
)
SELECT
  CASE WHEN (SELECT count(*) FROM newest) < $3 THEN clock_timestamp() - make_interval(hours => $2)
    ELSE (SELECT min(created_at) FROM newest) END AS since,
  (SELECT coalesce(json_agg(ended ORDER BY type, state, jobs DESC), '[]') FROM ended) AS ended,
  (SELECT coalesce(json_agg(hours ORDER BY hour, type), '[]') FROM hours) AS throughput`;
