import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who sees shared images, what operators found in images before everybody saw them, and what owners are charged for. */
export class Sharing1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE catalog.images ADD COLUMN sharing_version integer NOT NULL DEFAULT 0');
    await runner.query(`CREATE TABLE catalog.image_members (
      image_id uuid NOT NULL CONSTRAINT image_members_image_fkey REFERENCES catalog.images (id),
      project_id text NOT NULL,
      status text NOT NULL CONSTRAINT image_members_status_check
        CHECK (status IN ('pending', 'accepted', 'rejected', 'ended')),
      version integer NOT NULL,
      image_created_at timestamptz NOT NULL,
      CONSTRAINT image_members_pkey PRIMARY KEY (image_id, project_id))`);
    // The newest images of a receiver are found without looking at the others.
    await runner.query(`CREATE INDEX image_members_received_idx
      ON catalog.image_members (project_id, status, image_created_at, image_id)`);
    await runner.query(`CREATE TABLE catalog.image_reviews (
      id uuid CONSTRAINT image_reviews_pkey PRIMARY KEY,
      image_id uuid NOT NULL CONSTRAINT image_reviews_image_fkey REFERENCES catalog.images (id),
      verdict text NOT NULL CONSTRAINT image_reviews_verdict_check CHECK (verdict IN ('approved', 'rejected')),
      scan text NOT NULL,
      initialisation_component text,
      comment text,
      reviewed_by text NOT NULL,
      reviewed_at timestamptz NOT NULL DEFAULT clock_timestamp())`);
    await runner.query('CREATE INDEX image_reviews_image_idx ON catalog.image_reviews (image_id, reviewed_at)');
    await runner.query(`CREATE TABLE catalog.storage_charges (
      image_id uuid CONSTRAINT storage_charges_pkey PRIMARY KEY
        CONSTRAINT storage_charges_image_fkey REFERENCES catalog.images (id),
      owner text NOT NULL,
      stored_bytes bigint NOT NULL,
      version integer NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE catalog.storage_charges');
    await runner.query('DROP TABLE catalog.image_reviews');
    await runner.query('DROP TABLE catalog.image_members');
    await runner.query('ALTER TABLE catalog.images DROP COLUMN sharing_version');
  }
}
