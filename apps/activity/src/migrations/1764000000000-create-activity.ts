import { createMessagingTables, dropMessagingTables } from '@imago/messaging';
import { runtimeRole } from '@imago/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateActivity1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createMessagingTables(runner, 'activity');
    await createLog(runner);
    await createBoard(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE activity.jobs');
    await runner.query('DROP TABLE activity.log');
    await runner.query('DROP SEQUENCE activity.log_cursor_seq');
    await dropMessagingTables(runner, 'activity');
  }
}

async function createLog(runner: QueryRunner): Promise<void> {
  await runner.query('CREATE SEQUENCE activity.log_cursor_seq');
  await runner.query(`CREATE TABLE activity.log (
    cursor bigint CONSTRAINT log_pkey PRIMARY KEY,
    anchor bigint NOT NULL,
    id uuid NOT NULL CONSTRAINT log_id_key UNIQUE,
    source text NOT NULL,
    type text NOT NULL,
    dataversion integer NOT NULL,
    subject text NOT NULL,
    image_id uuid,
    aggregate text NOT NULL,
    sequence numeric(19, 0) NOT NULL,
    project_id text NOT NULL,
    region text NOT NULL,
    audience text[] NOT NULL,
    actor text,
    correlation_id text NOT NULL,
    time timestamptz NOT NULL,
    logged_at timestamptz NOT NULL DEFAULT now(),
    envelope text NOT NULL)`);
  // An image's history is read from a place in it, one page.
  await runner.query(`CREATE INDEX log_image_idx ON activity.log (image_id, anchor, sequence, cursor)
    WHERE image_id IS NOT NULL`);
  // Whether a later version of the same thing is there already.
  await runner.query('CREATE INDEX log_aggregate_idx ON activity.log (source, aggregate, sequence, anchor)');
  // An audit log that its own service could change would prove nothing.
  await runner.query(`REVOKE UPDATE, DELETE, TRUNCATE ON activity.log FROM ${runtimeRole('activity')}`);
}

async function createBoard(runner: QueryRunner): Promise<void> {
  // Progress changes no indexed column, so with some room on its page a row is updated in place.
  await runner.query(`CREATE TABLE activity.jobs (
    id uuid CONSTRAINT jobs_pkey PRIMARY KEY,
    type text NOT NULL,
    project_id text NOT NULL,
    region text NOT NULL,
    image_id uuid,
    state text NOT NULL CONSTRAINT jobs_state_check CHECK (state IN
      ('queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled')),
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    view json NOT NULL) WITH (fillfactor = 80)`);
  for (const [name, columns] of [
    ['jobs_project_idx', 'region, project_id, created_at, id'],
    ['jobs_project_state_idx', 'region, project_id, state, created_at, id'],
    ['jobs_project_type_idx', 'region, project_id, type, created_at, id'],
    ['jobs_region_idx', 'region, created_at, id'],
    ['jobs_region_state_idx', 'region, state, created_at, id'],
    ['jobs_region_type_idx', 'region, type, created_at, id'],
    ['jobs_image_idx', 'image_id, created_at, id'],
  ]) {
    await runner.query(`CREATE INDEX ${name} ON activity.jobs (${columns})`);
  }
}
