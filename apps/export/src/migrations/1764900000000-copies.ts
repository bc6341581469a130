import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Copies1764900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What is heard of the image a copy is made of. There as long as its job.
    await runner.query(`CREATE TABLE export.copy_sources (
      job_id uuid CONSTRAINT copy_sources_pkey PRIMARY KEY
        CONSTRAINT copy_sources_job_fkey REFERENCES export.jobs (id) ON DELETE CASCADE,
      image_id uuid NOT NULL,
      look_again boolean NOT NULL DEFAULT false)`);
    await runner.query('CREATE INDEX copy_sources_image_index ON export.copy_sources (image_id)');
    // Of a part that the store copied itself nobody here saw the bytes.
    await runner.query('ALTER TABLE export.parts ALTER COLUMN crc32 DROP NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM export.parts WHERE crc32 IS NULL');
    await runner.query('ALTER TABLE export.parts ALTER COLUMN crc32 SET NOT NULL');
    await runner.query('DROP TABLE export.copy_sources');
  }
}
