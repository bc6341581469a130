import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Files are imported from more than one kind of place: what opens them, and object stores of the tenants' own. */
export class ImportSources1764910000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE import.object_stores (
      id uuid CONSTRAINT object_stores_pkey PRIMARY KEY,
      project_id text NOT NULL,
      region text NOT NULL,
      name text NOT NULL,
      endpoint text NOT NULL,
      signing_region text NOT NULL,
      addressing_style text NOT NULL
        CONSTRAINT object_stores_addressing_style_check CHECK (addressing_style IN ('path', 'virtual')),
      access_key text NOT NULL,
      secret_key bytea NOT NULL,
      made_of bytea NOT NULL,
      created_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      version integer NOT NULL DEFAULT 1,
      CONSTRAINT object_stores_name_unique UNIQUE (region, project_id, name))`);
    await runner.query(`CREATE TABLE import.source_secrets (
      job_id uuid CONSTRAINT source_secrets_pkey PRIMARY KEY
        CONSTRAINT source_secrets_job_fkey REFERENCES import.jobs (id) ON DELETE CASCADE,
      sealed bytea NOT NULL)`);
    await runner.query(`CREATE TABLE import.checked_blocks (
      job_id uuid CONSTRAINT checked_blocks_pkey PRIMARY KEY
        CONSTRAINT checked_blocks_job_fkey REFERENCES import.jobs (id) ON DELETE CASCADE,
      block_size integer NOT NULL CONSTRAINT checked_blocks_block_size_check CHECK (block_size > 0),
      hashes bytea NOT NULL)`);
    await runner.query(`UPDATE import.jobs
      SET input = jsonb_set(input, '{source,type}', '"bucket"') || '{"checksum": null}'
      WHERE input #> '{source,type}' IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['checked_blocks', 'source_secrets', 'object_stores'])
      await runner.query(`DROP TABLE import.${table}`);
  }
}
