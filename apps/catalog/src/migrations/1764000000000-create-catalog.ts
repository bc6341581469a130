import { createMessagingTables, dropMessagingTables } from '@imago/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { IMAGE_INDEXES, IMAGE_TERMS } from './image-search.ts';

export class CreateCatalog1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createMessagingTables(runner, 'catalog');
    await runner.query(`CREATE TABLE catalog.images (
      id uuid CONSTRAINT images_pkey PRIMARY KEY,
      region text NOT NULL,
      owner text NOT NULL,
      status text NOT NULL CONSTRAINT images_status_check CHECK (status IN
        ('queued', 'saving', 'uploading', 'importing', 'active', 'deactivated', 'killed', 'deleted')),
      visibility text NOT NULL CONSTRAINT images_visibility_check CHECK (visibility IN
        ('public', 'private', 'shared', 'community')),
      name text,
      description text,
      image_type text NOT NULL,
      architecture text,
      os_distro text,
      os_version text,
      min_disk integer NOT NULL CONSTRAINT images_min_disk_check CHECK (min_disk >= 0),
      min_ram integer NOT NULL CONSTRAINT images_min_ram_check CHECK (min_ram >= 0),
      boot_mode text,
      enterprise_project_id text NOT NULL,
      tags text[] NOT NULL DEFAULT '{}',
      properties jsonb NOT NULL DEFAULT '{}',
      protected boolean NOT NULL DEFAULT false,
      os_hidden boolean NOT NULL DEFAULT false,
      disk_format text,
      container_format text,
      size bigint CONSTRAINT images_size_check CHECK (size >= 0),
      virtual_size bigint,
      checksum text,
      os_hash_algo text,
      os_hash_value text,
      index_hash text,
      source jsonb,
      agreement jsonb,
      job_id uuid,
      error jsonb,
      registration_hash text NOT NULL,
      deleted_by_request text,
      changed_by_request text,
      terms uuid[] NOT NULL DEFAULT '{}',
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      version integer NOT NULL,
      CONSTRAINT images_stored_check CHECK (status NOT IN ('active', 'deactivated')
        OR (size IS NOT NULL AND virtual_size IS NOT NULL AND disk_format IS NOT NULL)),
      CONSTRAINT images_killed_check CHECK (status <> 'killed' OR error IS NOT NULL))`);
    for (const statement of IMAGE_TERMS) await runner.query(statement);
    for (const { name, on } of IMAGE_INDEXES) await runner.query(`CREATE INDEX ${name} ON catalog.images ${on}`);
    // Ids whose registration was taken back: a registration still on its way must not come to life after that.
    await runner.query(`CREATE TABLE catalog.abandoned_registrations (
      image_id uuid CONSTRAINT abandoned_registrations_pkey PRIMARY KEY,
      abandoned_at timestamptz NOT NULL DEFAULT now())`);
    await runner.query(`CREATE TABLE catalog.objects (
      id uuid CONSTRAINT objects_pkey PRIMARY KEY,
      image_id uuid NOT NULL CONSTRAINT objects_image_fkey REFERENCES catalog.images (id),
      job_id uuid NOT NULL,
      region text NOT NULL,
      key text NOT NULL,
      state text NOT NULL CONSTRAINT objects_state_check CHECK (state IN ('writing', 'sealed', 'abandoned', 'swept')),
      disk_format text,
      size bigint,
      virtual_size bigint,
      allocated_bytes bigint,
      checksum text,
      os_hash_algo text,
      os_hash_value text,
      index_hash text,
      writer_ended_at timestamptz,
      abandoned_at timestamptz,
      swept_at timestamptz,
      sweep_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT objects_image_job_key UNIQUE (image_id, job_id),
      CONSTRAINT objects_region_key_key UNIQUE (region, key),
      CONSTRAINT objects_sealed_check CHECK (state <> 'sealed' OR (size IS NOT NULL AND writer_ended_at IS NOT NULL)),
      CONSTRAINT objects_sweep_check CHECK ((state IN ('abandoned', 'swept')) = (sweep_at IS NOT NULL)))`);
    await runner.query(`CREATE INDEX objects_sweep_idx ON catalog.objects (sweep_at) WHERE sweep_at IS NOT NULL`);
    await runner.query(`CREATE TABLE catalog.object_references (
      object_id uuid NOT NULL CONSTRAINT object_references_object_fkey REFERENCES catalog.objects (id),
      holder_type text NOT NULL CONSTRAINT object_references_holder_type_check CHECK (holder_type IN ('image')),
      holder_id uuid NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT object_references_pkey PRIMARY KEY (object_id, holder_type, holder_id))`);
    await runner.query(`CREATE INDEX object_references_holder_idx
      ON catalog.object_references (holder_type, holder_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['object_references', 'objects', 'abandoned_registrations', 'images']) {
      await runner.query(`DROP TABLE catalog.${table}`);
    }
    await runner.query('DROP FUNCTION catalog.set_image_terms()');
    await runner.query('DROP FUNCTION catalog.image_term(text, text, text)');
    await dropMessagingTables(runner, 'catalog');
  }
}
