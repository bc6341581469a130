import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateUploadSessions1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A session that has not ended has a lease, so that none is forgotten.
    await runner.query(`CREATE TABLE import.upload_sessions (
      id uuid CONSTRAINT upload_sessions_pkey PRIMARY KEY,
      image_id uuid NOT NULL,
      region text NOT NULL,
      project_id text NOT NULL,
      actor text NOT NULL,
      request_id text NOT NULL,
      correlation_id text NOT NULL,
      state text NOT NULL CONSTRAINT upload_sessions_state_check CHECK (state IN
        ('opening', 'open', 'finishing', 'finished', 'failed')),
      size bigint CONSTRAINT upload_sessions_size_check CHECK (size >= 0),
      owner text,
      object_id uuid,
      key text,
      disk_format text,
      upload_id text,
      fencing_token bigint NOT NULL DEFAULT 0,
      lease_until timestamptz,
      error jsonb,
      ending_event_id uuid,
      created_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz,
      CONSTRAINT upload_sessions_request_key UNIQUE (image_id, request_id),
      CONSTRAINT upload_sessions_open_check CHECK (state NOT IN ('open', 'finishing', 'finished') OR
        (owner IS NOT NULL AND object_id IS NOT NULL AND key IS NOT NULL AND disk_format IS NOT NULL
          AND upload_id IS NOT NULL)),
      CONSTRAINT upload_sessions_lease_check CHECK ((state IN ('finished', 'failed')) = (lease_until IS NULL)),
      CONSTRAINT upload_sessions_ended_check CHECK ((state IN ('finished', 'failed')) = (ended_at IS NOT NULL)),
      CONSTRAINT upload_sessions_error_check CHECK ((state = 'failed') = (error IS NOT NULL)))`);
    await runner.query(`CREATE INDEX upload_sessions_lease_idx ON import.upload_sessions (lease_until)
      WHERE lease_until IS NOT NULL`);
    await runner.query(`CREATE INDEX upload_sessions_ended_idx ON import.upload_sessions (ended_at)
      WHERE ended_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE import.upload_sessions');
  }
}
