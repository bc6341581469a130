import type { RefusalDocument, ServerStatus, ServerTask } from '@imago/contracts';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { SERVER_INDEXES } from '../migrations/server-indexes.ts';

/** A server as it is stored. Its fields carry the names of the columns, which are those of the contract. */
@Entity({ schema: 'compute', name: 'servers' })
@Check('servers_status_check', `status IN ('building', 'running', 'stopped', 'failed', 'deleted')`)
@Check(
  'servers_task_check',
  `task IN ('creating', 'starting', 'stopping', 'rebooting', 'changing_os', 'deleting', 'capturing')`,
)
@Check('servers_vcpus_check', 'vcpus > 0')
@Check('servers_ram_check', 'ram > 0')
@Check('servers_boot_mode_check', `boot_mode IN ('bios', 'uefi')`)
@Check('servers_job_check', '(task IS NULL) = (job_id IS NULL)')
@Check('servers_started_check', `(status = 'running') = (started_at IS NOT NULL)`)
@Check('servers_idle_check', `status <> 'deleted' OR task IS NULL`)
@Check(
  'servers_lock_check',
  `CASE WHEN lock_id IS NULL
    THEN task IS DISTINCT FROM 'capturing' AND lock_disk_id IS NULL AND lock_until IS NULL AND lock_revisions = '{}'
    ELSE task IS NOT DISTINCT FROM 'capturing' AND status = 'stopped' AND lock_until IS NOT NULL END`,
)
@Index('servers_mac_address_key', ['mac_address'], { unique: true, where: `(status <> 'deleted'::text)` })
@Index('servers_host_idx', ['host_id'], { where: `(status <> 'deleted'::text)` })
@Index('servers_lock_key', ['lock_id'], { unique: true, where: '(lock_id IS NOT NULL)' })
@Index('servers_job_idx', ['job_id'], { where: '(job_id IS NOT NULL)' })
export class ServerRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'servers_pkey' }) id!: string;
  @Column('text') region!: string;
  @Column('text') project_id!: string;
  /** Where its disks are and its machine runs. */
  @Column('text') host_id!: string;
  @Column('text') name!: string;
  @Column('text') status!: ServerStatus;
  @Column('text', { nullable: true }) task!: ServerTask | null;
  @Column('uuid', { nullable: true }) job_id!: string | null;
  /** Under which its disks are locked for a capture; its job is that one. */
  @Column('uuid', { nullable: true }) lock_id!: string | null;
  /** The one disk the lock is of; null: all of them. */
  @Column('uuid', { nullable: true }) lock_disk_id!: string | null;
  /** When the lock lapses, unless it is renewed. */
  @Column('timestamptz', { nullable: true }) lock_until!: Date | null;
  /** What each locked disk was when it was first read, by its id. */
  @Column('jsonb', { default: {} }) lock_revisions!: Record<string, string>;
  /** Grows whenever the content of its disks may begin to change after it could have been locked. */
  @Column('integer', { default: 0 }) disk_generation!: number;
  @Column('text') flavor!: string;
  @Column('integer') vcpus!: number;
  /** MiB. */
  @Column('integer') ram!: number;
  @Column('uuid') image_id!: string;
  @Column('text', { nullable: true }) image_name!: string | null;
  @Column('text', { nullable: true }) os_distro!: string | null;
  @Column('text', { nullable: true }) os_version!: string | null;
  @Column('text') boot_mode!: 'bios' | 'uefi';
  @Column('text') network!: string;
  /** Its network gives it DHCP and nothing else. */
  @Column('boolean') restricted!: boolean;
  @Column('text') mac_address!: string;
  @Column('text', { nullable: true }) user_data!: string | null;
  @Column('jsonb', { nullable: true }) fault!: RefusalDocument | null;
  /** When a disk error was last told of. */
  @Column('timestamptz', { nullable: true }) disk_error_at!: Date | null;
  /** When its host had made its disks. */
  @Column('timestamptz', { nullable: true }) built_at!: Date | null;
  @Column('timestamptz', { nullable: true }) started_at!: Date | null;
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
  @Column('timestamptz', { default: () => 'now()' }) updated_at!: Date;
  @Column('integer') version!: number;
}

for (const { name, columns } of SERVER_INDEXES) {
  Index(name, [...columns], { where: `(status <> 'deleted'::text)` })(ServerRow);
}
