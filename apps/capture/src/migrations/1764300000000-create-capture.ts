import { addJobHosts, createJobTables } from '@imago/jobs';
import { createMessagingTables, dropMessagingTables } from '@imago/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateCapture1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createMessagingTables(runner, 'capture');
    await createJobTables(runner, 'capture');
    await addJobHosts(runner, 'capture');
    // The journal of a transfer: one row per stored part, so that a new worker redoes only what was in flight.
    await runner.query(`CREATE TABLE capture.parts (
      job_id uuid NOT NULL CONSTRAINT parts_job_fkey REFERENCES capture.jobs (id) ON DELETE CASCADE,
      part_number integer NOT NULL CONSTRAINT parts_part_number_check CHECK (part_number BETWEEN 1 AND 10000),
      etag text NOT NULL,
      size bigint NOT NULL CONSTRAINT parts_size_check CHECK (size > 0),
      crc32 bigint NOT NULL,
      clusters bytea NOT NULL,
      CONSTRAINT parts_pkey PRIMARY KEY (job_id, part_number))`);
    // A row is there before compute is asked for the lock and until compute has released it. It refers to no job: an
    // admission that is taken back is forgotten, and its server must be released all the same.
    await runner.query(`CREATE TABLE capture.server_locks (
      lock_id uuid CONSTRAINT server_locks_pkey PRIMARY KEY,
      project_id text NOT NULL,
      correlation_id text NOT NULL,
      lost_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now())`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['server_locks', 'parts', 'jobs']) {
      await runner.query(`DROP TABLE capture.${table}`);
    }
    await dropMessagingTables(runner, 'capture');
  }
}
