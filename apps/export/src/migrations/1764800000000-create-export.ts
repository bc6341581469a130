import { addJobHosts, addJobTraces, createJobTables } from '@imago/jobs';
import { createMessagingTables, dropMessagingTables } from '@imago/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateExport1764800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createMessagingTables(runner, 'export');
    await createJobTables(runner, 'export');
    await addJobHosts(runner, 'export');
    await addJobTraces(runner, 'export');
    // The journal of a transfer: one row per stored part, so that a new worker redoes only what was in flight.
    await runner.query(`CREATE TABLE export.parts (
      job_id uuid NOT NULL CONSTRAINT parts_job_fkey REFERENCES export.jobs (id) ON DELETE CASCADE,
      part_number integer NOT NULL CONSTRAINT parts_part_number_check CHECK (part_number BETWEEN 1 AND 10000),
      etag text NOT NULL,
      size bigint NOT NULL CONSTRAINT parts_size_check CHECK (size > 0),
      crc32 bigint NOT NULL,
      clusters bytea NOT NULL,
      CONSTRAINT parts_pkey PRIMARY KEY (job_id, part_number))`);
    // What a job has in a bucket that is not ours: there before its first byte, until it succeeded or nothing of it is
    // left. Of uploads that are not ours (other_uploads) we keep our hands.
    await runner.query(`CREATE TABLE export.destinations (
      job_id uuid CONSTRAINT destinations_pkey PRIMARY KEY,
      region text NOT NULL,
      bucket text NOT NULL,
      object text NOT NULL,
      other_uploads text[],
      upload_id text,
      etag text,
      look_again boolean NOT NULL DEFAULT false,
      ended_at timestamptz,
      swept_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT destinations_job_fkey FOREIGN KEY (job_id) REFERENCES export.jobs (id) ON DELETE CASCADE)`);
    await runner.query(`CREATE UNIQUE INDEX destinations_object_unique ON export.destinations (region, bucket, object)
      WHERE ended_at IS NULL`);
    await runner.query(`CREATE INDEX destinations_ended_index ON export.destinations (ended_at)
      WHERE ended_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['destinations', 'parts', 'jobs']) await runner.query(`DROP TABLE export.${table}`);
    await dropMessagingTables(runner, 'export');
  }
}
