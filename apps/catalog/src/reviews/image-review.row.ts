import type { ImageReview } from '@imago/contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ImageRow } from '../images/image.row.ts';

/** What an operator found in an image. Rows are only added: who said what, and when, stays. */
@Entity({ schema: 'catalog', name: 'image_reviews' })
@Check('image_reviews_verdict_check', `verdict IN ('approved', 'rejected')`)
@Index('image_reviews_image_idx', ['image_id', 'reviewed_at'])
export class ImageReviewRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'image_reviews_pkey' }) id!: string;
  @ForeignKey(() => ImageRow, { name: 'image_reviews_image_fkey' }) @Column('uuid') image_id!: string;
  @Column('text') verdict!: ImageReview['verdict'];
  @Column('text') scan!: ImageReview['scan'];
  @Column('text', { nullable: true }) initialisation_component!: ImageReview['initialisation_component'];
  @Column('text', { nullable: true }) comment!: string | null;
  @Column('text') reviewed_by!: string;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) reviewed_at!: Date;
}

/** A review as everybody outside catalog sees it. */
export function toReview(row: Omit<ImageReviewRow, never>): ImageReview {
  return { ...row, reviewed_at: row.reviewed_at.toISOString() };
}
