import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which images only the operator opens again. Until now nobody else could close one. */
export class ClosedByOperator1765405000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE catalog.images ADD COLUMN closed_by_operator boolean NOT NULL DEFAULT false');
    await runner.query(`UPDATE catalog.images SET closed_by_operator = true WHERE status = 'deactivated'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE catalog.images DROP COLUMN closed_by_operator');
  }
}
