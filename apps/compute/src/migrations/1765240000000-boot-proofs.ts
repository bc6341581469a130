import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Machines that boot images once, and the rule that an image is booted by one of them at a time. */
export class BootProofs1765240000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE compute.proof_machines (
      id uuid CONSTRAINT proof_machines_pkey PRIMARY KEY,
      job_id uuid NOT NULL,
      fencing_token bigint NOT NULL,
      host_id text NOT NULL,
      ram integer NOT NULL,
      size_gib integer NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now())`);
    await runner.query(`CREATE UNIQUE INDEX jobs_boot_proof_index ON compute.jobs (image_id)
      WHERE type = 'boot_proof' AND finished_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX compute.jobs_boot_proof_index');
    await runner.query('DROP TABLE compute.proof_machines');
  }
}
