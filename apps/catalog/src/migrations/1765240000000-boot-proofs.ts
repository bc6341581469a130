import type { MigrationInterface, QueryRunner } from 'typeorm';
import { BOOT_IMAGE_TERMS, FIRST_IMAGE_TERMS } from './image-search.ts';

/** Which images are to be booted, and what was seen when they were; the verdict stands beside the image too, where lists look for it. */
export class BootProofs1765240000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE catalog.images ADD COLUMN boot text
        CONSTRAINT images_boot_check CHECK (boot IN ('proven', 'not_proven')),
      ADD COLUMN verify_boot boolean NOT NULL DEFAULT false`);
    await runner.query(`CREATE TABLE catalog.boot_proofs (
      image_id uuid CONSTRAINT boot_proofs_pkey PRIMARY KEY
        CONSTRAINT boot_proofs_image_fkey REFERENCES catalog.images (id),
      proof jsonb NOT NULL,
      attempted_at timestamptz NOT NULL)`);
    await runner.query(BOOT_IMAGE_TERMS);
    // What tenants meant by the name before it had a meaning; the trigger makes the terms anew.
    await runner.query(`UPDATE catalog.images SET properties = properties - 'boot' WHERE properties ? 'boot'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(FIRST_IMAGE_TERMS);
    await runner.query('DROP TABLE catalog.boot_proofs');
    await runner.query('ALTER TABLE catalog.images DROP COLUMN boot, DROP COLUMN verify_boot');
  }
}
