import { addJobHosts, createJobTables } from '@imago/jobs';
import { createMessagingTables, dropMessagingTables } from '@imago/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { SERVER_INDEXES } from './server-indexes.ts';

export class CreateCompute1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createMessagingTables(runner, 'compute');
    await createJobTables(runner, 'compute');
    await addJobHosts(runner, 'compute');
    await runner.query(`CREATE TABLE compute.hosts (
      region text NOT NULL,
      host_id text NOT NULL,
      version text,
      accelerator text,
      disk_free bigint NOT NULL DEFAULT 0,
      disk_used bigint NOT NULL DEFAULT 0,
      memory_total bigint NOT NULL DEFAULT 0,
      unavailable text,
      heartbeat_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT hosts_pkey PRIMARY KEY (region, host_id))`);
    await createServers(runner);
    // What a server keeps at catalog and does not need any more: told to catalog until it has answered.
    await runner.query(`CREATE TABLE compute.hold_releases (
      disk_id uuid CONSTRAINT hold_releases_pkey PRIMARY KEY,
      project_id text NOT NULL,
      correlation_id text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now())`);
    await runner.query(`CREATE TABLE compute.console_chunks (
      server_id uuid NOT NULL CONSTRAINT console_chunks_server_fkey REFERENCES compute.servers (id),
      start_offset bigint NOT NULL CONSTRAINT console_chunks_start_offset_check CHECK (start_offset >= 0),
      data bytea NOT NULL,
      CONSTRAINT console_chunks_pkey PRIMARY KEY (server_id, start_offset))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['console_chunks', 'hold_releases', 'server_disks', 'servers', 'hosts', 'jobs']) {
      await runner.query(`DROP TABLE compute.${table}`);
    }
    await dropMessagingTables(runner, 'compute');
  }
}

async function createServers(runner: QueryRunner): Promise<void> {
  await runner.query(`CREATE TABLE compute.servers (
    id uuid CONSTRAINT servers_pkey PRIMARY KEY,
    region text NOT NULL,
    project_id text NOT NULL,
    host_id text NOT NULL,
    name text NOT NULL,
    status text NOT NULL CONSTRAINT servers_status_check CHECK (status IN
      ('building', 'running', 'stopped', 'failed', 'deleted')),
    task text CONSTRAINT servers_task_check CHECK (task IN
      ('creating', 'starting', 'stopping', 'rebooting', 'changing_os', 'deleting')),
    job_id uuid,
    flavor text NOT NULL,
    vcpus integer NOT NULL CONSTRAINT servers_vcpus_check CHECK (vcpus > 0),
    ram integer NOT NULL CONSTRAINT servers_ram_check CHECK (ram > 0),
    image_id uuid NOT NULL,
    image_name text,
    os_distro text,
    os_version text,
    boot_mode text NOT NULL CONSTRAINT servers_boot_mode_check CHECK (boot_mode IN ('bios', 'uefi')),
    network text NOT NULL,
    restricted boolean NOT NULL,
    mac_address text NOT NULL,
    user_data text,
    fault jsonb,
    disk_error_at timestamptz,
    built_at timestamptz,
    started_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL,
    CONSTRAINT servers_job_check CHECK ((task IS NULL) = (job_id IS NULL)),
    CONSTRAINT servers_started_check CHECK ((status = 'running') = (started_at IS NOT NULL)),
    CONSTRAINT servers_idle_check CHECK (status <> 'deleted' OR task IS NULL))`);
  await runner.query(`CREATE UNIQUE INDEX servers_mac_address_key ON compute.servers (mac_address)
    WHERE status <> 'deleted'`);
  await runner.query(`CREATE INDEX servers_host_idx ON compute.servers (host_id) WHERE status <> 'deleted'`);
  await runner.query(`CREATE INDEX servers_job_idx ON compute.servers (job_id) WHERE job_id IS NOT NULL`);
  for (const { name, columns } of SERVER_INDEXES) {
    await runner.query(`CREATE INDEX ${name} ON compute.servers (${columns.join(', ')}) WHERE status <> 'deleted'`);
  }
  await runner.query(`CREATE TABLE compute.server_disks (
    id uuid CONSTRAINT server_disks_pkey PRIMARY KEY,
    server_id uuid NOT NULL CONSTRAINT server_disks_server_fkey REFERENCES compute.servers (id),
    role text NOT NULL CONSTRAINT server_disks_role_check CHECK (role IN ('system', 'data', 'incoming')),
    position integer NOT NULL,
    size_gib integer NOT NULL CONSTRAINT server_disks_size_gib_check CHECK (size_gib BETWEEN 1 AND 1024),
    image_id uuid,
    base jsonb,
    CONSTRAINT server_disks_base_check CHECK ((image_id IS NULL) = (base IS NULL)))`);
  await runner.query(`CREATE INDEX server_disks_server_idx ON compute.server_disks (server_id)`);
  await runner.query(`CREATE UNIQUE INDEX server_disks_system_key ON compute.server_disks (server_id)
    WHERE role = 'system'`);
}
