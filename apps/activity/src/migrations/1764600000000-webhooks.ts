import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who wants to be told of events, and what is on its way to them. */
export class Webhooks1764600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE activity.webhooks (
      id uuid CONSTRAINT webhooks_pkey PRIMARY KEY,
      project_id text NOT NULL,
      region text NOT NULL,
      url text NOT NULL,
      types text[] NOT NULL,
      state text NOT NULL CONSTRAINT webhooks_state_check CHECK (state IN ('enabled', 'disabled', 'deleted')),
      reason_code text,
      reason_message text,
      secret bytea NOT NULL,
      old_secret bytea,
      old_secret_until timestamptz,
      made_of bytea NOT NULL,
      created_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      version integer NOT NULL DEFAULT 1,
      parked_in_a_row integer NOT NULL DEFAULT 0,
      due_at timestamptz,
      turn bigint NOT NULL DEFAULT 0,
      leased_until timestamptz) WITH (fillfactor = 80)`);
    await runner.query('CREATE INDEX webhooks_project_idx ON activity.webhooks (region, project_id, created_at, id)');
    await runner.query(`CREATE INDEX webhooks_due_idx ON activity.webhooks (due_at) WHERE state = 'enabled'`);
    await runner.query(`CREATE INDEX webhooks_deleted_idx ON activity.webhooks (id) WHERE state = 'deleted'`);
    await runner.query(`CREATE TABLE activity.webhook_deliveries (
      id uuid CONSTRAINT webhook_deliveries_pkey PRIMARY KEY,
      webhook_id uuid NOT NULL,
      event_id uuid,
      event_type text NOT NULL,
      subject text NOT NULL,
      state text NOT NULL CONSTRAINT webhook_deliveries_state_check CHECK (state IN ('pending', 'delivered', 'parked')),
      attempts integer NOT NULL DEFAULT 0,
      due_at timestamptz NOT NULL,
      attempted_at timestamptz,
      last_status integer,
      error_code text,
      error_message text,
      created_at timestamptz NOT NULL,
      changed_at timestamptz NOT NULL) WITH (fillfactor = 70)`);
    for (const [name, columns] of [
      ['webhook_deliveries_webhook_idx', '(webhook_id, created_at, id)'],
      ['webhook_deliveries_state_idx', '(webhook_id, state, created_at, id)'],
      ['webhook_deliveries_due_idx', `(webhook_id, due_at, created_at, id) WHERE state = 'pending'`],
      ['webhook_deliveries_changed_idx', '(changed_at)'],
    ])
      await runner.query(`CREATE INDEX ${name} ON activity.webhook_deliveries ${columns}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE activity.webhook_deliveries');
    await runner.query('DROP TABLE activity.webhooks');
  }
}
