import type { MigrationInterface, QueryRunner } from 'typeorm';

const UNLOCKED = `task IS DISTINCT FROM 'capturing' AND lock_disk_id IS NULL AND lock_until IS NULL`;
const LOCKED = `task IS NOT DISTINCT FROM 'capturing' AND status = 'stopped' AND lock_until IS NOT NULL`;

/** A lock may be of all disks of a server, and remembers of each what it was when it was first read. */
export class LockMachines1765300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE compute.servers
      DROP CONSTRAINT servers_lock_check, ADD COLUMN lock_revisions jsonb NOT NULL DEFAULT '{}'`);
    await runner.query(`UPDATE compute.servers SET lock_revisions = jsonb_build_object(lock_disk_id::text, lock_revision)
      WHERE lock_revision IS NOT NULL`);
    await runner.query(`ALTER TABLE compute.servers
      DROP COLUMN lock_revision,
      ADD CONSTRAINT servers_lock_check CHECK (CASE WHEN lock_id IS NULL
        THEN ${UNLOCKED} AND lock_revisions = '{}' ELSE ${LOCKED} END)`);
  }

  /** Locks of whole machines are taken back: nothing else could tell which of its disks they are of. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE compute.servers DROP CONSTRAINT servers_lock_check, ADD COLUMN lock_revision text`);
    await runner.query(`UPDATE compute.servers SET task = NULL, job_id = NULL, lock_id = NULL, lock_until = NULL
      WHERE lock_id IS NOT NULL AND lock_disk_id IS NULL`);
    await runner.query(`UPDATE compute.servers SET lock_revision = lock_revisions ->> lock_disk_id::text
      WHERE lock_id IS NOT NULL`);
    await runner.query(`ALTER TABLE compute.servers
      DROP COLUMN lock_revisions,
      ADD CONSTRAINT servers_lock_check CHECK (CASE WHEN lock_id IS NULL
        THEN ${UNLOCKED} AND lock_revision IS NULL ELSE ${LOCKED} AND lock_disk_id IS NOT NULL END)`);
  }
}
