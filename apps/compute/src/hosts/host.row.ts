import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a host last said of itself, once for each of its regions; they share its disk and its memory. */
@Entity({ schema: 'compute', name: 'hosts' })
export class HostRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'hosts_pkey' }) region!: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'hosts_pkey' }) host_id!: string;
  @Column('text', { nullable: true }) version!: string | null;
  @Column('text', { nullable: true }) accelerator!: string | null;
  /** Bytes free where disks are kept. */
  @Column('bigint', { default: 0 }) disk_free!: string;
  /** Bytes the servers' files take there. */
  @Column('bigint', { default: 0 }) disk_used!: string;
  /** Bytes. */
  @Column('bigint', { default: 0 }) memory_total!: string;
  /** Where it gives out disks that are locked; null while that is not known. */
  @Column('text', { nullable: true }) export_url!: string | null;
  /** Whether its servers can boot with UEFI. */
  @Column('boolean', { default: false }) uefi!: boolean;
  /** Why it cannot run machines; null: it can. */
  @Column('text', { nullable: true }) unavailable!: string | null;
  @Column('timestamptz', { default: () => 'now()' }) heartbeat_at!: Date;
}
