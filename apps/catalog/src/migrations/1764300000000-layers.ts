import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Images captured from servers: where each comes from, and objects that have only what another one does not. */
export class Layers1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE catalog.images ADD COLUMN origin jsonb');
    await runner.query(`ALTER TABLE catalog.objects
      ADD COLUMN stored_size bigint,
      ADD COLUMN parent_object_id uuid CONSTRAINT objects_parent_fkey REFERENCES catalog.objects (id),
      ADD CONSTRAINT objects_stored_size_check CHECK (stored_size >= 0),
      ADD CONSTRAINT objects_parent_check CHECK (parent_object_id IS NULL OR state IN ('writing', 'sealed'))`);
    await runner.query(`CREATE INDEX objects_parent_idx ON catalog.objects (parent_object_id)
      WHERE parent_object_id IS NOT NULL`);
    await allowHolders(runner, `'image', 'server', 'layer'`);
  }

  /** Refused while a layer keeps anything: it would lose the ground it stands on. */
  async down(runner: QueryRunner): Promise<void> {
    await allowHolders(runner, `'image', 'server'`);
    await runner.query(`ALTER TABLE catalog.objects
      DROP CONSTRAINT objects_parent_check, DROP COLUMN parent_object_id, DROP COLUMN stored_size`);
    await runner.query('ALTER TABLE catalog.images DROP COLUMN origin');
  }
}

async function allowHolders(runner: QueryRunner, types: string): Promise<void> {
  await runner.query(`ALTER TABLE catalog.object_references
    DROP CONSTRAINT object_references_holder_type_check,
    ADD CONSTRAINT object_references_holder_type_check CHECK (holder_type IN (${types}))`);
}
