import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What captures change of their disks while they run, a row a job. */
export class Generalizations1765404000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE capture.generalizations (
      job_id uuid CONSTRAINT generalizations_pkey PRIMARY KEY
        CONSTRAINT generalizations_job_fkey REFERENCES capture.jobs (id) ON DELETE CASCADE,
      places jsonb NOT NULL,
      bytes bytea NOT NULL,
      report jsonb NOT NULL,
      generalized_at timestamptz NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE capture.generalizations');
  }
}
