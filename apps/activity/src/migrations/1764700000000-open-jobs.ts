import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The jobs that have not ended are few among many, and are counted all the time. */
export class OpenJobs1764700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX jobs_open_idx ON activity.jobs (type, state)
      WHERE state IN ('queued', 'running', 'cancelling')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX activity.jobs_open_idx');
  }
}
