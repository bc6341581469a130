import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A project that is told of an event: from here its part of the log is read, page by page. Only ever added to. */
@Entity({ schema: 'activity', name: 'log_viewers' })
@Index('log_viewers_type_idx', ['region', 'project_id', 'type', 'cursor'])
export class LogViewerRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'log_viewers_pkey' }) region!: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'log_viewers_pkey' }) project_id!: string;
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'log_viewers_pkey' }) cursor!: string;
  @Column('text') type!: string;
}
