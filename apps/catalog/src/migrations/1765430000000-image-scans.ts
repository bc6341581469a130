import type { MigrationInterface, QueryRunner } from 'typeorm';
import { BOOT_IMAGE_TERMS, SCAN_IMAGE_TERMS } from './image-search.ts';

/** What was found in the files of images; the verdict stands beside the image too, where lists look for it. */
export class ImageScans1765430000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE catalog.images ADD COLUMN scan text
        CONSTRAINT images_scan_check CHECK (scan IN ('clean', 'infected', 'incomplete', 'not_scanned'))`);
    await runner.query(`CREATE TABLE catalog.image_scans (
      image_id uuid CONSTRAINT image_scans_pkey PRIMARY KEY
        CONSTRAINT image_scans_image_fkey REFERENCES catalog.images (id),
      scan jsonb NOT NULL,
      scanned_at timestamptz NOT NULL)`);
    await runner.query(SCAN_IMAGE_TERMS);
    // What tenants meant by the name before it had a meaning; the trigger makes the terms anew.
    await runner.query(`UPDATE catalog.images SET properties = properties - 'scan' WHERE properties ? 'scan'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(BOOT_IMAGE_TERMS);
    await runner.query('DROP TABLE catalog.image_scans');
    await runner.query('ALTER TABLE catalog.images DROP COLUMN scan');
  }
}
