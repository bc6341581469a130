import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What of one type happened in a region is read a page at a time. */
export class EventsByType1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX log_type_idx ON activity.log (region, type, cursor)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX activity.log_type_idx');
  }
}
