import type { QuotaRequestRecord } from '@imago/contracts';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A wish for a higher limit. Of one limit only one is open at a time. */
@Entity({ schema: 'quota', name: 'requests' })
@Check('requests_limit_check', 'requested_limit > current_limit')
@Check('requests_state_check', `state IN ('submitted', 'approved', 'rejected')`)
@Check('requests_decided_check', `(state = 'submitted') = (decided_at IS NULL)`)
@Index('requests_open_idx', ['project_id', 'region', 'resource'], {
  unique: true,
  where: `(state = 'submitted'::text)`,
})
@Index('requests_project_idx', ['region', 'project_id', 'created_at', 'id'])
@Index('requests_region_idx', ['region', 'created_at', 'id'])
export class QuotaRequestRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'requests_pkey' }) id!: string;
  @Column('text') project_id!: string;
  @Column('text') region!: string;
  @Column('text') resource!: QuotaRequestRecord['resource'];
  @Column('integer') current_limit!: number;
  @Column('integer') requested_limit!: number;
  @Column('text') reason!: string;
  @Column('text') state!: QuotaRequestRecord['state'];
  @Column('text') requested_by!: string;
  @Column('text', { nullable: true }) decided_by!: string | null;
  @Column('text', { nullable: true }) comment!: string | null;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) created_at!: Date;
  @Column('timestamptz', { nullable: true }) decided_at!: Date | null;
}

/** A request as it is passed around. */
export type QuotaRequest = Omit<QuotaRequestRow, never>;

/** A request as everybody outside quota sees it. */
export function toRequestRecord(row: QuotaRequest): QuotaRequestRecord {
  return {
    ...row,
    created_at: row.created_at.toISOString(),
    decided_at: row.decided_at?.toISOString() ?? null,
  };
}
