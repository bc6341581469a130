import { createMessagingTables, dropMessagingTables } from '@imago/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateSharing1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createMessagingTables(runner, 'sharing');
    // Every image somebody shared, and every deleted one: its row is what keeps a share still on its way from standing.
    await runner.query(`CREATE TABLE sharing.images (
      image_id uuid CONSTRAINT images_pkey PRIMARY KEY,
      region text NOT NULL,
      owner text NOT NULL,
      name text,
      visibility text NOT NULL,
      image_version integer NOT NULL,
      list_version integer NOT NULL DEFAULT 0,
      deleted boolean NOT NULL DEFAULT false)`);
    await runner.query(`CREATE TABLE sharing.members (
      image_id uuid NOT NULL CONSTRAINT members_image_fkey REFERENCES sharing.images (image_id),
      project_id text NOT NULL,
      status text NOT NULL CONSTRAINT members_status_check CHECK (status IN ('pending', 'accepted', 'rejected')),
      ended_reason text CONSTRAINT members_ended_reason_check CHECK (ended_reason IN ('unshared', 'image_deleted')),
      ended_at timestamptz,
      changed_by_request text,
      version integer NOT NULL,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT members_pkey PRIMARY KEY (image_id, project_id),
      CONSTRAINT members_ended_check CHECK ((ended_reason IS NULL) = (ended_at IS NULL)))`);
    // An inbox is read from its newest change on.
    await runner.query(`CREATE INDEX members_inbox_idx ON sharing.members (project_id, updated_at, image_id)`);
    await runner.query(`CREATE INDEX members_pending_idx ON sharing.members (project_id)
      WHERE status = 'pending' AND ended_reason IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sharing.members');
    await runner.query('DROP TABLE sharing.images');
    await dropMessagingTables(runner, 'sharing');
  }
}
