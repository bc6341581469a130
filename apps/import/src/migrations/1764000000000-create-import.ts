import { createJobTables } from '@imago/jobs';
import { createMessagingTables, dropMessagingTables } from '@imago/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateImport1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createMessagingTables(runner, 'import');
    await createJobTables(runner, 'import');
    // The journal of a transfer: one row per stored part, so that a new worker redoes only what was in flight.
    await runner.query(`CREATE TABLE import.parts (
      job_id uuid NOT NULL CONSTRAINT parts_job_fkey REFERENCES import.jobs (id) ON DELETE CASCADE,
      part_number integer NOT NULL CONSTRAINT parts_part_number_check CHECK (part_number BETWEEN 1 AND 10000),
      etag text NOT NULL,
      size bigint NOT NULL CONSTRAINT parts_size_check CHECK (size > 0),
      crc32 bigint NOT NULL,
      clusters bytea NOT NULL,
      CONSTRAINT parts_pkey PRIMARY KEY (job_id, part_number))`);
    await runner.query(`CREATE TABLE import.bucket_assignments (
      region text NOT NULL, bucket text NOT NULL, project_id text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT bucket_assignments_pkey PRIMARY KEY (project_id, region, bucket))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['bucket_assignments', 'parts', 'jobs']) {
      await runner.query(`DROP TABLE import.${table}`);
    }
    await dropMessagingTables(runner, 'import');
  }
}
