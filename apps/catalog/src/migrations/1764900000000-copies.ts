import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Of which image an image is a copy, and where that one was. */
export class Copies1764900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE catalog.images ADD COLUMN copied_from jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE catalog.images DROP COLUMN copied_from');
  }
}
