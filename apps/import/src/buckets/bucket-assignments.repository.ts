import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A bucket a project may import from. */
export interface BucketAssignment {
  readonly project_id: string;
  readonly region: string;
  readonly bucket: string;
}

/** Which buckets operators have assigned to which projects. */
@Injectable()
export class BucketAssignments {
  constructor(private readonly db: DataSource) {}

  async assign(assignment: BucketAssignment): Promise<void> {
    await this.db.query(
      'INSERT INTO import.bucket_assignments (project_id, region, bucket) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [assignment.project_id, assignment.region, assignment.bucket],
    );
  }

  async has(assignment: BucketAssignment): Promise<boolean> {
    const rows: unknown[] = await this.db.query(
      'SELECT 1 FROM import.bucket_assignments WHERE project_id = $1 AND region = $2 AND bucket = $3',
      [assignment.project_id, assignment.region, assignment.bucket],
    );
    return rows.length > 0;
  }

  async list(projectId: string, region: string): Promise<BucketAssignment[]> {
    return this.db.query(
      `SELECT project_id, region, bucket FROM import.bucket_assignments
       WHERE project_id = $1 AND region = $2 ORDER BY bucket`,
      [projectId, region],
    );
  }
}
