import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** An event as it is logged. Rows are only ever added: the role that runs has no right to change or delete them. */
@Entity({ schema: 'activity', name: 'log' })
@Unique('log_id_key', ['id'])
@Index('log_image_idx', ['image_id', 'anchor', 'sequence', 'cursor'], { where: '(image_id IS NOT NULL)' })
@Index('log_type_idx', ['region', 'type', 'cursor'])
@Index('log_subject_idx', ['region', 'subject', 'cursor'])
@Index('log_aggregate_idx', ['source', 'aggregate', 'sequence', 'anchor'])
export class LogRow {
  /** Grows with each commit: whoever has read up to one has read all before it. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'log_pkey' }) cursor!: string;
  /** Its place in the history of its image: its own cursor, or that of the later version that arrived before it. */
  @Column('bigint') anchor!: string;
  /** Of the event: no event is logged twice, however late it comes again. */
  @Column('uuid') id!: string;
  @Column('text') source!: string;
  @Column('text') type!: string;
  @Column('integer') dataversion!: number;
  @Column('text') subject!: string;
  @Column('uuid', { nullable: true }) image_id!: string | null;
  @Column('text') aggregate!: string;
  @Column('numeric', { precision: 19, scale: 0 }) sequence!: string;
  @Column('text') project_id!: string;
  @Column('text') region!: string;
  @Column('text', { array: true }) audience!: string[];
  @Column('text', { nullable: true }) actor!: string | null;
  @Column('text') correlation_id!: string;
  @Column('timestamptz') time!: Date;
  @Column('timestamptz', { default: () => 'now()' }) logged_at!: Date;
  /** The message as it came. Text, because `jsonb` refuses escapes that JSON allows, and changes what it takes. */
  @Column('text') envelope!: string;
}
