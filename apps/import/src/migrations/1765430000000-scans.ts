import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Images are scanned one at a time each; the jobs that do are beside those of imports. */
export class Scans1765430000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE UNIQUE INDEX jobs_scan_index ON import.jobs (image_id)
      WHERE type = 'scan' AND finished_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX import.jobs_scan_index');
    await runner.query(`DELETE FROM import.jobs WHERE type = 'scan'`);
  }
}
