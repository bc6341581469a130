import { createMessagingTables, dropMessagingTables } from '@imago/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateQuota1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createMessagingTables(runner, 'quota');
    // How much is used stands nowhere: it is the number of live reservations, so there is nothing it could differ from.
    await runner.query(`CREATE TABLE quota.limits (
      project_id text NOT NULL,
      region text NOT NULL,
      resource text NOT NULL CONSTRAINT limits_resource_check CHECK (resource IN ('images')),
      maximum integer CONSTRAINT limits_maximum_check CHECK (maximum >= 0),
      revision bigint NOT NULL DEFAULT 1,
      CONSTRAINT limits_pkey PRIMARY KEY (project_id, region, resource))`);
    await runner.query(`CREATE TABLE quota.reservations (
      image_id uuid CONSTRAINT reservations_pkey PRIMARY KEY,
      project_id text NOT NULL,
      region text NOT NULL,
      resource text NOT NULL,
      state text NOT NULL CONSTRAINT reservations_state_check CHECK (state IN ('reserved', 'confirmed', 'ended')),
      expires_at timestamptz NOT NULL,
      sweep_at timestamptz,
      correlation_id text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT reservations_limit_fkey FOREIGN KEY (project_id, region, resource) REFERENCES quota.limits,
      CONSTRAINT reservations_sweep_check CHECK ((state = 'reserved') = (sweep_at IS NOT NULL)))`);
    // Counting what a project uses reads its live reservations and nothing else, however many have ended.
    await runner.query(`CREATE INDEX reservations_live_idx ON quota.reservations (project_id, region, resource)
      WHERE state <> 'ended'`);
    await runner.query(`CREATE INDEX reservations_sweep_idx ON quota.reservations (sweep_at)
      WHERE sweep_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE quota.reservations');
    await runner.query('DROP TABLE quota.limits');
    await dropMessagingTables(runner, 'quota');
  }
}
