import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateResumableUploads1764900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE import.resumable_uploads (
      id uuid CONSTRAINT resumable_uploads_pkey PRIMARY KEY,
      project_id text NOT NULL,
      region text NOT NULL,
      name text,
      fingerprint text,
      made_of bytea NOT NULL,
      created_by text NOT NULL,
      correlation_id text NOT NULL,
      state text NOT NULL CONSTRAINT resumable_uploads_state_check CHECK (state IN
        ('open', 'completing', 'completed', 'imported', 'failed', 'abandoned')),
      size bigint NOT NULL CONSTRAINT resumable_uploads_size_check CHECK (size > 0),
      part_size bigint NOT NULL CONSTRAINT resumable_uploads_part_size_check CHECK (part_size > 0),
      sha256 text,
      multipart_id text,
      bytes_verified bigint NOT NULL DEFAULT 0,
      image_id uuid,
      error jsonb,
      attempt integer NOT NULL DEFAULT 0,
      fencing_token bigint NOT NULL DEFAULT 0,
      lease_until timestamptz,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      expires_at timestamptz,
      erased_at timestamptz,
      version integer NOT NULL DEFAULT 1,
      CONSTRAINT resumable_uploads_expiry_check CHECK
        ((state IN ('imported', 'failed', 'abandoned')) = (expires_at IS NULL)),
      CONSTRAINT resumable_uploads_lease_check CHECK ((state = 'completing') = (lease_until IS NOT NULL)),
      CONSTRAINT resumable_uploads_image_check CHECK ((state = 'imported') = (image_id IS NOT NULL)),
      CONSTRAINT resumable_uploads_erased_check CHECK (erased_at IS NULL OR expires_at IS NULL))`);
    await runner.query(`CREATE INDEX resumable_uploads_list_idx ON import.resumable_uploads
      (region, project_id, created_at, id)`);
    await runner.query(`CREATE INDEX resumable_uploads_held_idx ON import.resumable_uploads (region, project_id)
      WHERE expires_at IS NOT NULL`);
    await runner.query(`CREATE INDEX resumable_uploads_expiry_idx ON import.resumable_uploads (expires_at)
      WHERE state IN ('open', 'completed')`);
    await runner.query(`CREATE INDEX resumable_uploads_lease_idx ON import.resumable_uploads (lease_until)
      WHERE state = 'completing'`);
    await runner.query(`CREATE INDEX resumable_uploads_erasure_idx ON import.resumable_uploads (updated_at)
      WHERE expires_at IS NULL AND erased_at IS NULL`);
    await runner.query(`CREATE INDEX resumable_uploads_erased_idx ON import.resumable_uploads (erased_at)
      WHERE erased_at IS NOT NULL`);
    // What a part holds, as its owner says; the store is asked whether it has it.
    await runner.query(`CREATE TABLE import.resumable_upload_parts (
      upload_id uuid NOT NULL CONSTRAINT resumable_upload_parts_upload_fkey
        REFERENCES import.resumable_uploads (id) ON DELETE CASCADE,
      part_number integer NOT NULL
        CONSTRAINT resumable_upload_parts_part_number_check CHECK (part_number BETWEEN 1 AND 10000),
      md5 text NOT NULL CONSTRAINT resumable_upload_parts_md5_check CHECK (md5 ~ '^[0-9a-f]{32}$'),
      CONSTRAINT resumable_upload_parts_pkey PRIMARY KEY (upload_id, part_number))`);
    // An upload that is being imported does not expire.
    await runner.query(`CREATE INDEX jobs_upload_idx ON import.jobs ((input -> 'source' ->> 'upload_id'))
      WHERE input -> 'source' ? 'upload_id'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX import.jobs_upload_idx');
    await runner.query('DROP TABLE import.resumable_upload_parts');
    await runner.query('DROP TABLE import.resumable_uploads');
  }
}
