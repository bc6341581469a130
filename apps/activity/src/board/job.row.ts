import type { JobState, JobType, JobView } from '@imago/contracts';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A job as the board shows it: its newest view, and of that what it is looked for by. */
@Entity({ schema: 'activity', name: 'jobs' })
@Check('jobs_state_check', `state IN ('queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled')`)
@Index('jobs_project_idx', ['region', 'project_id', 'created_at', 'id'])
@Index('jobs_project_state_idx', ['region', 'project_id', 'state', 'created_at', 'id'])
@Index('jobs_project_type_idx', ['region', 'project_id', 'type', 'created_at', 'id'])
@Index('jobs_region_idx', ['region', 'created_at', 'id'])
@Index('jobs_region_state_idx', ['region', 'state', 'created_at', 'id'])
@Index('jobs_region_type_idx', ['region', 'type', 'created_at', 'id'])
@Index('jobs_open_idx', ['type', 'state'], {
  where: `(state = ANY (ARRAY['queued'::text, 'running'::text, 'cancelling'::text]))`,
})
@Index('jobs_image_idx', ['image_id', 'created_at', 'id'])
export class JobRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'jobs_pkey' }) id!: string;
  @Column('text') type!: JobType;
  @Column('text') project_id!: string;
  @Column('text') region!: string;
  @Column('uuid', { nullable: true }) image_id!: string | null;
  @Column('text') state!: JobState;
  @Column('timestamptz') created_at!: Date;
  @Column('bigint') version!: string;
  /** As it was told. Not `jsonb`, which refuses escapes that JSON allows. */
  @Column('json') view!: JobView;
}
