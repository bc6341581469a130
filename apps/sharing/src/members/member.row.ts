import type { MemberStatus, ShareRecord } from '@imago/contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { SharedImageRow } from './shared-image.row.ts';

/** A project an image is or was shared with. */
@Entity({ schema: 'sharing', name: 'members' })
@Check('members_status_check', `status IN ('pending', 'accepted', 'rejected')`)
@Check('members_ended_reason_check', `ended_reason IN ('unshared', 'image_deleted')`)
@Check('members_ended_check', '(ended_reason IS NULL) = (ended_at IS NULL)')
@ForeignKey(() => SharedImageRow, ['image_id'], ['image_id'], { name: 'members_image_fkey' })
@Index('members_inbox_idx', ['project_id', 'updated_at', 'image_id'])
@Index('members_pending_idx', ['project_id'], {
  where: `((status = 'pending'::text) AND (ended_reason IS NULL))`,
})
export class MemberRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'members_pkey' }) image_id!: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'members_pkey' }) project_id!: string;
  @Column('text') status!: MemberStatus;
  /** Null while the share stands. */
  @Column('text', { nullable: true }) ended_reason!: NonNullable<ShareRecord['ended']>['reason'] | null;
  @Column('timestamptz', { nullable: true }) ended_at!: Date | null;
  /** The request that changed it last, so that the same request asked again gets the same answer. */
  @Column('text', { nullable: true }) changed_by_request!: string | null;
  @Column('integer') version!: number;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
}

/** A member as it is passed around. */
export type Member = Omit<MemberRow, never>;
