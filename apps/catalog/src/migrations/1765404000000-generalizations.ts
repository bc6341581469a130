import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was changed in images so that many servers can be made of them. */
export class Generalizations1765404000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE catalog.generalizations (
      image_id uuid CONSTRAINT generalizations_pkey PRIMARY KEY
        CONSTRAINT generalizations_image_fkey REFERENCES catalog.images (id),
      report jsonb NOT NULL,
      generalized_at timestamptz NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE catalog.generalizations');
  }
}
