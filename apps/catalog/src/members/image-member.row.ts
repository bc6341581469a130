import type { MemberStatus } from '@imago/contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ImageRow } from '../images/image.row.ts';

/**
 * Who sees a shared image besides its owner: sharing's truth as far as its events have arrived. What has ended stays as
 * such, so that an older event that comes later changes nothing.
 */
@Entity({ schema: 'catalog', name: 'image_members' })
@Check('image_members_status_check', `status IN ('pending', 'accepted', 'rejected', 'ended')`)
@Index('image_members_received_idx', ['project_id', 'status', 'image_created_at', 'image_id'])
export class ImageMemberRow {
  @ForeignKey(() => ImageRow, { name: 'image_members_image_fkey' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'image_members_pkey' })
  image_id!: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'image_members_pkey' }) project_id!: string;
  @Column('text') status!: MemberStatus | 'ended';
  /** Of the share, at sharing. */
  @Column('integer') version!: number;
  /** The image's, so that lists read one index. */
  @Column('timestamptz') image_created_at!: Date;
}
