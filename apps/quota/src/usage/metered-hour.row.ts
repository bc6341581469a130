import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What was said that a project is charged for an hour. */
@Entity({ schema: 'quota', name: 'metered_hours' })
export class MeteredHourRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'metered_hours_pkey' }) region!: string;
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'metered_hours_pkey' }) hour!: Date;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'metered_hours_pkey' }) project_id!: string;
  @Column('integer') images!: number;
  @Column('numeric') byte_hours!: string;
  @Column('integer') revision!: number;
}

/** Up to where the hours of a region have been told; its row is the lock of whoever meters or changes what is metered. */
@Entity({ schema: 'quota', name: 'metering_marks' })
export class MeteringMarkRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'metering_marks_pkey' }) region!: string;
  @Column('timestamptz') metered_until!: Date;
}
