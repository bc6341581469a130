import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far each region's stored objects have been read again, and what was found to be damaged. */
export class Scrubs1765440000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE catalog.objects ADD COLUMN own_sha512 text');
    await runner.query(`CREATE TABLE catalog.scrubs (
      region text CONSTRAINT scrubs_pkey PRIMARY KEY,
      next_at timestamptz NOT NULL,
      round integer NOT NULL DEFAULT 0,
      started_at timestamptz,
      objects_total integer NOT NULL DEFAULT 0,
      objects integer NOT NULL DEFAULT 0,
      bytes bigint NOT NULL DEFAULT 0,
      damaged integer NOT NULL DEFAULT 0,
      repaired integer NOT NULL DEFAULT 0,
      unread integer NOT NULL DEFAULT 0,
      after_object_id uuid,
      mark jsonb,
      attempts integer NOT NULL DEFAULT 0,
      paused boolean NOT NULL DEFAULT false,
      fence bigint NOT NULL DEFAULT 0,
      leased_until timestamptz)`);
    await runner.query(`CREATE TABLE catalog.scrub_rounds (
      region text NOT NULL,
      round integer NOT NULL,
      started_at timestamptz NOT NULL,
      finished_at timestamptz NOT NULL,
      objects integer NOT NULL,
      bytes bigint NOT NULL,
      damaged integer NOT NULL,
      repaired integer NOT NULL,
      unread integer NOT NULL,
      CONSTRAINT scrub_rounds_pkey PRIMARY KEY (region, round))`);
    await runner.query(`CREATE TABLE catalog.object_damages (
      object_id uuid CONSTRAINT object_damages_pkey PRIMARY KEY
        CONSTRAINT object_damages_object_fkey REFERENCES catalog.objects (id) ON DELETE CASCADE,
      problem text NOT NULL CONSTRAINT object_damages_problem_check
        CHECK (problem IN ('object_missing', 'object_altered', 'index_damaged')),
      detail text NOT NULL,
      found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      seen_at timestamptz NOT NULL DEFAULT clock_timestamp())`);
    await runner.query(`CREATE TABLE catalog.image_damages (
      image_id uuid NOT NULL CONSTRAINT image_damages_image_fkey REFERENCES catalog.images (id),
      object_id uuid NOT NULL CONSTRAINT image_damages_damage_fkey
        REFERENCES catalog.object_damages (object_id) ON DELETE CASCADE,
      inherited boolean NOT NULL,
      deactivated boolean NOT NULL,
      CONSTRAINT image_damages_pkey PRIMARY KEY (image_id, object_id))`);
    await runner.query('CREATE INDEX image_damages_object_idx ON catalog.image_damages (object_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE catalog.image_damages, catalog.object_damages, catalog.scrub_rounds, catalog.scrubs',
    );
    await runner.query('ALTER TABLE catalog.objects DROP COLUMN own_sha512');
  }
}
