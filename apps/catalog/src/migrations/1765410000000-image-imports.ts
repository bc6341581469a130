import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By which method a registered image is imported, while it is: one that fails is queued again, as in Glance. */
export class ImageImports1765410000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE catalog.images ADD COLUMN import_method text
      CONSTRAINT images_import_method_check CHECK (import_method IN ('glance-direct', 'web-download'))`);
    await runner.query('ALTER TABLE catalog.objects ADD COLUMN staged boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE catalog.objects DROP COLUMN staged');
    await runner.query('ALTER TABLE catalog.images DROP COLUMN import_method');
  }
}
