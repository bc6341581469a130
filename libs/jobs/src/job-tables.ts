import type { QueryRunner } from 'typeorm';

/** Creates the job table of a service, as part of the service's own migration. `schema` is the service's name. */
export async function createJobTables(runner: QueryRunner, schema: string): Promise<void> {
  await runner.query(`CREATE TABLE "${schema}".jobs (
    id uuid CONSTRAINT jobs_pkey PRIMARY KEY,
    type text NOT NULL,
    project_id text NOT NULL,
    region text NOT NULL,
    image_id uuid,
    state text NOT NULL CONSTRAINT jobs_state_check
      CHECK (state IN ('admitting', 'queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled')),
    phase text NOT NULL,
    bytes_done bigint NOT NULL DEFAULT 0 CONSTRAINT jobs_bytes_done_check CHECK (bytes_done >= 0),
    bytes_total bigint CONSTRAINT jobs_bytes_total_check CHECK (bytes_total >= 0),
    rate bigint,
    eta integer,
    attempt integer NOT NULL DEFAULT 0,
    fencing_token bigint NOT NULL DEFAULT 0,
    lease_owner text,
    lease_until timestamptz,
    available_at timestamptz NOT NULL DEFAULT now(),
    error jsonb,
    input jsonb NOT NULL,
    data jsonb NOT NULL,
    idempotency_key text,
    request_hash text NOT NULL,
    actor text,
    correlation_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT jobs_idempotency_key_unique UNIQUE (project_id, idempotency_key),
    CONSTRAINT jobs_end_check CHECK ((finished_at IS NOT NULL) = (state IN ('succeeded', 'failed', 'cancelled'))),
    CONSTRAINT jobs_error_check CHECK ((error IS NOT NULL) = (state IN ('failed', 'cancelled')))
  )`);
  await runner.query(`CREATE INDEX jobs_claim_index ON "${schema}".jobs (created_at)
    WHERE state IN ('admitting', 'queued', 'running', 'cancelling')`);
  await runner.query(`CREATE INDEX jobs_image_index ON "${schema}".jobs (image_id)`);
}

/**
 * Binds jobs to hosts: the column `host_id`, null for jobs any worker may do. After {@link createJobTables}, in a
 * migration of the service's own; every service with jobs needs it.
 */
export async function addJobHosts(runner: QueryRunner, schema: string): Promise<void> {
  await runner.query(`ALTER TABLE "${schema}".jobs ADD COLUMN host_id text`);
}

/** Undoes {@link addJobHosts}. */
export async function dropJobHosts(runner: QueryRunner, schema: string): Promise<void> {
  await runner.query(`ALTER TABLE "${schema}".jobs DROP COLUMN host_id`);
}

/**
 * Lets jobs remember the trace of the request that asked for them: the column `traceparent`, null where nobody traced.
 * After {@link createJobTables}, in a migration of the service's own; every service with jobs needs it.
 */
export async function addJobTraces(runner: QueryRunner, schema: string): Promise<void> {
  await runner.query(`ALTER TABLE "${schema}".jobs ADD COLUMN traceparent text`);
}

/** Undoes {@link addJobTraces}. */
export async function dropJobTraces(runner: QueryRunner, schema: string): Promise<void> {
  await runner.query(`ALTER TABLE "${schema}".jobs DROP COLUMN traceparent`);
}
