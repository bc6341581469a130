import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Limits of more than images, wishes for higher ones, places that follow their image, and what is charged for. */
export class RequestsAndUsage1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE quota.limits DROP CONSTRAINT limits_resource_check,
      ADD CONSTRAINT limits_resource_check CHECK (resource IN ('images', 'members_per_image', 'storage_gib'))`);
    await runner.query(`ALTER TABLE quota.reservations
      ADD COLUMN image_version integer NOT NULL DEFAULT 0,
      ADD COLUMN storage_gib integer NOT NULL DEFAULT 0,
      DROP CONSTRAINT reservations_state_check,
      ADD CONSTRAINT reservations_state_check CHECK (state IN ('reserved', 'confirmed', 'exempt', 'ended'))`);
    await runner.query('DROP INDEX quota.reservations_live_idx');
    await runner.query(`CREATE INDEX reservations_live_idx ON quota.reservations (project_id, region, resource)
      WHERE state <> 'ended' AND state <> 'exempt'`);
    await runner.query(`CREATE TABLE quota.requests (
      id uuid CONSTRAINT requests_pkey PRIMARY KEY,
      project_id text NOT NULL,
      region text NOT NULL,
      resource text NOT NULL,
      current_limit integer NOT NULL,
      requested_limit integer NOT NULL CONSTRAINT requests_limit_check CHECK (requested_limit > current_limit),
      reason text NOT NULL,
      state text NOT NULL CONSTRAINT requests_state_check CHECK (state IN ('submitted', 'approved', 'rejected')),
      requested_by text NOT NULL,
      decided_by text,
      comment text,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      decided_at timestamptz,
      CONSTRAINT requests_decided_check CHECK ((state = 'submitted') = (decided_at IS NULL)))`);
    await runner.query(`CREATE UNIQUE INDEX requests_open_idx ON quota.requests (project_id, region, resource)
      WHERE state = 'submitted'`);
    await runner.query('CREATE INDEX requests_project_idx ON quota.requests (region, project_id, created_at, id)');
    await runner.query('CREATE INDEX requests_region_idx ON quota.requests (region, created_at, id)');
    await runner.query(`CREATE TABLE quota.storage_periods (
      image_id uuid NOT NULL,
      version integer NOT NULL,
      project_id text NOT NULL,
      region text NOT NULL,
      bytes bigint NOT NULL CONSTRAINT storage_periods_bytes_check CHECK (bytes >= 0),
      began_at timestamptz NOT NULL,
      ended_at timestamptz,
      CONSTRAINT storage_periods_pkey PRIMARY KEY (image_id, version))`);
    await runner.query(`CREATE INDEX storage_periods_project_idx ON quota.storage_periods (region, project_id, began_at)
      WHERE bytes > 0`);
    await runner.query(`CREATE INDEX storage_periods_current_idx ON quota.storage_periods (region, project_id)
      WHERE ended_at IS NULL AND bytes > 0`);
    await runner.query(`CREATE TABLE quota.metered_hours (
      project_id text NOT NULL,
      region text NOT NULL,
      hour timestamptz NOT NULL,
      images integer NOT NULL,
      byte_hours numeric NOT NULL,
      revision integer NOT NULL,
      CONSTRAINT metered_hours_pkey PRIMARY KEY (region, hour, project_id))`);
    await runner.query(`CREATE TABLE quota.metering_marks (
      region text CONSTRAINT metering_marks_pkey PRIMARY KEY,
      metered_until timestamptz NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['metering_marks', 'metered_hours', 'storage_periods', 'requests'])
      await runner.query(`DROP TABLE quota.${table}`);
    await runner.query('DROP INDEX quota.reservations_live_idx');
    await runner.query(`ALTER TABLE quota.reservations DROP COLUMN image_version, DROP COLUMN storage_gib,
      DROP CONSTRAINT reservations_state_check,
      ADD CONSTRAINT reservations_state_check CHECK (state IN ('reserved', 'confirmed', 'ended'))`);
    await runner.query(`CREATE INDEX reservations_live_idx ON quota.reservations (project_id, region, resource)
      WHERE state <> 'ended'`);
    await runner.query(`ALTER TABLE quota.limits DROP CONSTRAINT limits_resource_check,
      ADD CONSTRAINT limits_resource_check CHECK (resource IN ('images'))`);
  }
}
