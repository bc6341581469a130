import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was found on the disks of images. */
export class Readiness1765000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE catalog.readiness (
      image_id uuid CONSTRAINT readiness_pkey PRIMARY KEY
        CONSTRAINT readiness_image_fkey REFERENCES catalog.images (id),
      report jsonb NOT NULL,
      examined_at timestamptz NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE catalog.readiness');
  }
}
