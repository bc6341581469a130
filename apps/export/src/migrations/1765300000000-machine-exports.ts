import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The export of a full machine writes several objects. */
export class MachineExports1765300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE export.destinations
      DROP CONSTRAINT destinations_pkey, ADD CONSTRAINT destinations_pkey PRIMARY KEY (job_id, object)`);
  }

  /** Of several objects the first one stays: jobs end with it as before. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM export.destinations other USING export.destinations first
      WHERE other.job_id = first.job_id AND other.object > first.object`);
    await runner.query(`ALTER TABLE export.destinations
      DROP CONSTRAINT destinations_pkey, ADD CONSTRAINT destinations_pkey PRIMARY KEY (job_id)`);
  }
}
