import type { MigrationInterface, QueryRunner } from 'typeorm';

const TASKS = ['creating', 'starting', 'stopping', 'rebooting', 'changing_os', 'deleting'];

export class LockServerDisks1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE compute.servers
      ADD COLUMN lock_id uuid,
      ADD COLUMN lock_disk_id uuid,
      ADD COLUMN lock_until timestamptz,
      ADD COLUMN lock_revision text,
      ADD COLUMN disk_generation integer NOT NULL DEFAULT 0,
      DROP CONSTRAINT servers_task_check,
      ADD CONSTRAINT servers_task_check CHECK (task IN (${listOf([...TASKS, 'capturing'])})),
      ADD CONSTRAINT servers_lock_check CHECK (CASE WHEN lock_id IS NULL
        THEN task IS DISTINCT FROM 'capturing' AND lock_disk_id IS NULL AND lock_until IS NULL AND lock_revision IS NULL
        ELSE task IS NOT DISTINCT FROM 'capturing' AND status = 'stopped'
          AND lock_disk_id IS NOT NULL AND lock_until IS NOT NULL END)`);
    await runner.query(`CREATE UNIQUE INDEX servers_lock_key ON compute.servers (lock_id) WHERE lock_id IS NOT NULL`);
    await runner.query(`ALTER TABLE compute.hosts
      ADD COLUMN export_url text,
      ADD COLUMN uefi boolean NOT NULL DEFAULT false`);
    // Images have layers now; those that were held before have none.
    await runner.query(`UPDATE compute.server_disks SET base = base || '{"layers": []}'
      WHERE base IS NOT NULL AND NOT base ? 'layers'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE compute.hosts DROP COLUMN export_url, DROP COLUMN uefi`);
    await runner.query(`UPDATE compute.servers SET task = NULL, job_id = NULL, lock_id = NULL, lock_disk_id = NULL,
      lock_until = NULL, lock_revision = NULL WHERE lock_id IS NOT NULL`);
    await runner.query(`ALTER TABLE compute.servers
      DROP CONSTRAINT servers_lock_check,
      DROP CONSTRAINT servers_task_check,
      ADD CONSTRAINT servers_task_check CHECK (task IN (${listOf(TASKS)})),
      DROP COLUMN lock_id, DROP COLUMN lock_disk_id, DROP COLUMN lock_until, DROP COLUMN lock_revision,
      DROP COLUMN disk_generation`);
  }
}

function listOf(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}
