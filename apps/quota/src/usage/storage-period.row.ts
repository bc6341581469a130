import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** From when until when a project was charged for so many bytes of an image. */
@Entity({ schema: 'quota', name: 'storage_periods' })
@Check('storage_periods_bytes_check', 'bytes >= 0')
@Index('storage_periods_project_idx', ['region', 'project_id', 'began_at'], { where: '(bytes > 0)' })
@Index('storage_periods_current_idx', ['region', 'project_id'], { where: '((ended_at IS NULL) AND (bytes > 0))' })
export class StoragePeriodRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'storage_periods_pkey' }) image_id!: string;
  /** Of the change at catalog that began it: of one image, the next version's beginning is this one's end. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'storage_periods_pkey' }) version!: number;
  @Column('text') project_id!: string;
  @Column('text') region!: string;
  @Column('bigint') bytes!: string;
  @Column('timestamptz') began_at!: Date;
  /** Null while it lasts. */
  @Column('timestamptz', { nullable: true }) ended_at!: Date | null;
}
