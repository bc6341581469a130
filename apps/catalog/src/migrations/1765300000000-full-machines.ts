import type { MigrationInterface, QueryRunner } from 'typeorm';

const TAKES_A_PLACE = `status <> 'deleted' AND status <> 'killed' AND visibility <> 'public'`;

/** Images of full machines, whose data disks are images that belong to them and take no place of a quota. */
export class FullMachines1765300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE catalog.images
      ADD COLUMN data_disks jsonb NOT NULL DEFAULT '[]',
      ADD COLUMN machine_image_id uuid CONSTRAINT images_machine_fkey REFERENCES catalog.images (id),
      ADD CONSTRAINT images_machine_check CHECK (machine_image_id IS NULL OR data_disks = '[]')`);
    await runner.query(`CREATE INDEX images_machine_idx ON catalog.images (machine_image_id)
      WHERE machine_image_id IS NOT NULL`);
    // What tenants meant by these names before they had a meaning.
    await runner.query(`UPDATE catalog.images SET properties = properties - '{data_disks,machine_image_id}'::text[]
      WHERE properties ?| '{data_disks,machine_image_id}'::text[]`);
    await runner.query('DROP INDEX catalog.images_counted_idx');
    await runner.query(`CREATE INDEX images_counted_idx ON catalog.images (region, owner, created_at)
      WHERE ${TAKES_A_PLACE} AND machine_image_id IS NULL`);
  }

  /** Images of machines end with it: nobody would know any more which disks belong together. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX catalog.images_counted_idx');
    await runner.query(`ALTER TABLE catalog.images DROP COLUMN data_disks, DROP COLUMN machine_image_id`);
    await runner.query(
      `CREATE INDEX images_counted_idx ON catalog.images (region, owner, created_at) WHERE ${TAKES_A_PLACE}`,
    );
  }
}
