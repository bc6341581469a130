import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Servers keep the bytes of images too; and counting what a project has costs no more than its quota. */
export class HoldForServers1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await allowHolders(runner, `'image', 'server'`);
    await runner.query(`CREATE INDEX images_counted_idx ON catalog.images (region, owner, created_at)
      WHERE status <> 'deleted' AND status <> 'killed' AND visibility <> 'public'`);
  }

  /** Refused while a server keeps anything: its disk would lose the ground it stands on. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX catalog.images_counted_idx');
    await allowHolders(runner, `'image'`);
  }
}

async function allowHolders(runner: QueryRunner, types: string): Promise<void> {
  await runner.query(`ALTER TABLE catalog.object_references
    DROP CONSTRAINT object_references_holder_type_check,
    ADD CONSTRAINT object_references_holder_type_check CHECK (holder_type IN (${types}))`);
}
