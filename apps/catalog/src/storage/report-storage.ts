import type { ReportStorage as ReportStorageContract, RequestOf, StorageReport } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Projects that are named. */
const PROJECTS = 20;

/** What images take up in the store of a region, for operators: every row is looked at, so ask for it seldom. */
@Injectable()
export class ReportStorage {
  constructor(private readonly db: DataSource) {}

  /** @throws Refusal auth.forbidden */
  async report({ region }: RequestOf<typeof ReportStorageContract>, context: RequestContext): Promise<StorageReport> {
    requireAllowed('operations.get', context, 'operator');
    const [report]: StorageReport[] = await this.db.query(REPORT, [region, PROJECTS]);
    if (report === undefined) throw new Error('an aggregate without groups is one row');
    return report;
  }
}

/** Parameters: region, projects. */
const REPORT = `
WITH stored AS MATERIALIZED (
  SELECT image.visibility, image.owner AS project_id, image.status = 'deleted' AS deleted,
    count(DISTINCT image.id)::int AS images, sum(coalesce(object.stored_size, object.size)) AS bytes
  FROM catalog.objects object JOIN catalog.images image ON image.id = object.image_id
  WHERE object.region = $1 AND object.state = 'sealed'
  GROUP BY 1, 2, 3
), visibilities AS (
  SELECT visibility, deleted, sum(images)::int AS images, sum(bytes)::text AS bytes FROM stored GROUP BY 1, 2
), projects AS (
  SELECT project_id, sum(images)::int AS images, sum(bytes) AS bytes FROM stored
  GROUP BY project_id ORDER BY sum(bytes) DESC, project_id LIMIT $2
), statuses AS (
  SELECT status, count(*)::int AS images FROM catalog.images WHERE region = $1 AND status <> 'deleted' GROUP BY status
)
SELECT
  (SELECT coalesce(json_agg(visibilities ORDER BY visibility, deleted), '[]') FROM visibilities) AS by_visibility,
  (SELECT coalesce(json_agg(json_build_object('project_id', project_id, 'images', images, 'bytes', bytes::text)
    ORDER BY bytes DESC, project_id), '[]') FROM projects) AS by_project,
  (SELECT coalesce(json_agg(statuses ORDER BY status), '[]') FROM statuses) AS by_status`;
