import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A disk that is gone, whose hold catalog has not been told to end yet. */
@Entity({ schema: 'compute', name: 'hold_releases' })
export class HoldReleaseRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'hold_releases_pkey' }) disk_id!: string;
  @Column('text') project_id!: string;
  @Column('text') correlation_id!: string;
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
}
