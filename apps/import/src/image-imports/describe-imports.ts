import type { DescribeImports as DescribeImportsContract, RequestOf, ResponseOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ImportJob } from '../imports/import-job.ts';

type Row = Pick<ImportJob, 'id' | 'actor' | 'created_at'> & { readonly asked: ImportJob['input']['asked'] };

/** Tells how imports into registered images were asked for, which the job board does not know. */
@Injectable()
export class DescribeImports {
  constructor(private readonly db: DataSource) {}

  async execute(
    { image_id, region }: RequestOf<typeof DescribeImportsContract>,
    { project_id, roles }: RequestContext,
  ): Promise<ResponseOf<typeof DescribeImportsContract>> {
    const rows: Row[] = await this.db.query(
      `SELECT id, actor, created_at, input->'asked' AS asked FROM import.jobs
       WHERE image_id = $1 AND region = $2 AND input ? 'asked' AND ($3 OR project_id = $4) ORDER BY id`,
      [image_id, region, roles.includes('admin'), project_id],
    );
    const imports = rows.flatMap(({ id, actor, created_at, asked }) =>
      asked === undefined ? [] : [{ job_id: id, user_id: actor, created_at: created_at.toISOString(), asked }],
    );
    return { imports };
  }
}
