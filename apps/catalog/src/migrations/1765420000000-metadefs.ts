import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Namespaces of definitions and what is in them. */
export class Metadefs1765420000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE catalog.metadef_namespaces (
      id uuid CONSTRAINT metadef_namespaces_pkey PRIMARY KEY,
      region text NOT NULL,
      namespace text NOT NULL,
      display_name text,
      description text,
      visibility text NOT NULL
        CONSTRAINT metadef_namespaces_visibility_check CHECK (visibility IN ('public', 'private')),
      protected boolean NOT NULL,
      owner text NOT NULL,
      changed_by_request text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      version integer NOT NULL,
      CONSTRAINT metadef_namespaces_name_unique UNIQUE (region, namespace))`);
    await runner.query(`CREATE TABLE catalog.metadef_items (
      id uuid CONSTRAINT metadef_items_pkey PRIMARY KEY,
      namespace_id uuid NOT NULL CONSTRAINT metadef_items_namespace_fkey
        REFERENCES catalog.metadef_namespaces (id) ON DELETE CASCADE,
      kind text NOT NULL
        CONSTRAINT metadef_items_kind_check CHECK (kind IN ('object', 'property', 'tag', 'resource_type')),
      name text NOT NULL,
      document jsonb NOT NULL,
      changed_by_request text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      CONSTRAINT metadef_items_name_unique UNIQUE (namespace_id, kind, name))`);
    // They stay when nothing is for them any more, as in Glance.
    await runner.query(`CREATE TABLE catalog.metadef_resource_types (
      region text,
      name text,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      CONSTRAINT metadef_resource_types_pkey PRIMARY KEY (region, name))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['metadef_resource_types', 'metadef_items', 'metadef_namespaces'])
      await runner.query(`DROP TABLE catalog.${table}`);
  }
}
