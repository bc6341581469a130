import type { HeldObject } from '@imago/contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ServerRow } from './server.row.ts';

/**
 * A disk of a server. It is the disk that holds its image's bytes at catalog, under its own id: so what one disk lets go
 * of is never what another one needs. `incoming` is about to take the place of the system disk.
 */
@Entity({ schema: 'compute', name: 'server_disks' })
@Check('server_disks_role_check', `role IN ('system', 'data', 'incoming')`)
@Check('server_disks_size_gib_check', 'size_gib BETWEEN 1 AND 1024')
@Check('server_disks_base_check', '(image_id IS NULL) = (base IS NULL)')
@Index('server_disks_system_key', ['server_id'], { unique: true, where: `(role = 'system'::text)` })
export class ServerDiskRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'server_disks_pkey' }) id!: string;
  @ForeignKey(() => ServerRow, { name: 'server_disks_server_fkey' })
  @Index('server_disks_server_idx')
  @Column('uuid')
  server_id!: string;
  @Column('text') role!: 'system' | 'data' | 'incoming';
  /** Of a data disk, among the server's. */
  @Column('integer') position!: number;
  @Column('integer') size_gib!: number;
  /** The image it was made from; null: it was empty. */
  @Column('uuid', { nullable: true }) image_id!: string | null;
  /** The object it is read from where the server has not written. */
  @Column('jsonb', { nullable: true }) base!: HeldObject | null;
}

/** The fields of a disk. */
export type ServerDisk = Readonly<Pick<ServerDiskRow, keyof ServerDiskRow>>;
