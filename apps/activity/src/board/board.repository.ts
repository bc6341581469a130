import type { JobOnBoard, JobState, JobType, JobView } from '@imago/contracts';
import { prepared } from '@imago/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ToldJob } from './job-in.ts';

/** Which page of which jobs. */
export interface BoardPageQuery {
  readonly region: string;
  /** Sees the jobs of this project; null sees every project's. */
  readonly viewer: string | null;
  readonly limit: number;
  readonly marker: string | null;
  readonly state: JobState | null;
  readonly type: JobType | null;
  readonly image_id: string | null;
  /** What the jobs of a page may have in bytes; the first always fits. */
  readonly bytes: number;
}

export interface BoardPage {
  /** False when the marker names no job the viewer could have seen. */
  readonly marker_found: boolean;
  readonly jobs: readonly JobOnBoard[];
  /** There are more after the last of them. */
  readonly more: boolean;
}

/** As a row has it; one that is older than results has none. */
type ShownJob = JobView & Partial<ToldJob>;

interface BoardPageRow {
  readonly marker_found: boolean;
  readonly view: ShownJob | null;
  readonly queue_position: number | null;
  readonly found: number | null;
}

/** The rows of the board. */
@Injectable()
export class BoardRepository {
  /** Shows a job as an event told of it, unless a newer version is shown already. */
  async show(tx: EntityManager, job: ToldJob): Promise<void> {
    const { id, type, project_id, region, image_id, state, created_at, version } = job;
    await tx.query(SHOW, [id, type, project_id, region, image_id, state, created_at, version, JSON.stringify(job)]);
  }

  /** One job, with its place in the queue if it is in one. */
  async find(db: EntityManager, id: string, region: string): Promise<JobOnBoard | null> {
    const rows: { view: ShownJob; queue_position: number | null }[] = await db.query(FIND, [id, region]);
    const [row] = rows;
    return row === undefined ? null : onBoard(row.view, row.queue_position);
  }

  /** One page, newest first, by one statement. */
  async page(db: EntityManager, query: BoardPageQuery): Promise<BoardPage> {
    const rows: BoardPageRow[] = await db.query(PAGE, [
      query.region,
      query.viewer,
      query.marker,
      query.limit,
      query.state,
      query.type,
      query.image_id,
      query.bytes,
    ]);
    const jobs = rows.flatMap(({ view, queue_position }) => (view === null ? [] : [onBoard(view, queue_position)]));
    return { marker_found: rows[0]?.marker_found === true, jobs, more: (rows[0]?.found ?? 0) > jobs.length };
  }
}

function onBoard({ result = null, ...view }: ShownJob, queue_position: number | null): JobOnBoard {
  return { ...view, queue_position, result };
}

const SHOW = prepared(`
INSERT INTO activity.jobs AS shown (id, type, project_id, region, image_id, state, created_at, version, view)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT ON CONSTRAINT jobs_pkey DO UPDATE SET type = excluded.type, project_id = excluded.project_id,
  region = excluded.region, image_id = excluded.image_id, state = excluded.state, created_at = excluded.created_at,
  version = excluded.version, view = excluded.view
WHERE shown.version < excluded.version`);

const FIND = `
SELECT job.view, CASE WHEN job.state = 'queued' THEN (
    SELECT count(*)::int + 1 FROM activity.jobs before
    WHERE before.region = job.region AND before.type = job.type AND before.state = 'queued'
      AND (before.created_at, before.id) < (job.created_at, job.id)) END AS queue_position
FROM activity.jobs job WHERE job.id = $1 AND job.region = $2`;

const NEWEST = 'ORDER BY created_at DESC, id DESC';

/**
 * Each filter has its index, read backwards from the marker and no further than one page. The queue is counted once
 * for the whole page. Parameters: region, viewer, marker, jobs, state, type, image, bytes.
 */
const PAGE = `
WITH marker AS (
  SELECT created_at, id FROM activity.jobs WHERE id = $3 AND region = $1 AND ($2::text IS NULL OR project_id = $2)
), page AS (
  SELECT id, state, created_at, view FROM activity.jobs
  WHERE region = $1 AND ($2::text IS NULL OR project_id = $2) AND ($5::text IS NULL OR state = $5)
    AND ($6::text IS NULL OR type = $6) AND ($7::uuid IS NULL OR image_id = $7)
    AND ($3::uuid IS NULL OR (created_at, id) < ((SELECT created_at FROM marker), (SELECT id FROM marker)))
  ${NEWEST} LIMIT $4::int + 1
), measured AS (
  SELECT *, row_number() OVER places AS place, sum(octet_length(view::text)) OVER places AS bytes,
    count(*) OVER ()::int AS found
  FROM page WINDOW places AS (${NEWEST})
), queue AS (
  SELECT id, row_number() OVER (PARTITION BY type ORDER BY created_at, id)::int AS position FROM activity.jobs
  WHERE region = $1 AND state = 'queued' AND EXISTS (SELECT 1 FROM page WHERE state = 'queued')
), shown AS (
  SELECT measured.view, measured.found, measured.place, queue.position AS queue_position
  FROM measured LEFT JOIN queue USING (id)
  WHERE place <= $4::int AND (place = 1 OR bytes <= $8::int)
)
SELECT ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM marker)) AS marker_found, view, queue_position, found
FROM (SELECT 1) AS one LEFT JOIN shown ON true ORDER BY place`;
