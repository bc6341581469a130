import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { LimitRow } from '../limits/limit.row.ts';
import type { PlaceState } from './place-life.ts';

/**
 * One image in the ledger: its place, or the memory that it will never have one again. An image without a row holds
 * none. Rows of ended images stay, as catalog's do: an event that comes years late still finds what it needs.
 */
@Entity({ schema: 'quota', name: 'reservations' })
@Check('reservations_state_check', `state IN ('reserved', 'confirmed', 'exempt', 'ended')`)
@Check('reservations_sweep_check', `(state = 'reserved') = (sweep_at IS NOT NULL)`)
@ForeignKey(() => LimitRow, ['project_id', 'region', 'resource'], ['project_id', 'region', 'resource'], {
  name: 'reservations_limit_fkey',
})
@Index('reservations_live_idx', ['project_id', 'region', 'resource'], {
  where: `((state <> 'ended'::text) AND (state <> 'exempt'::text))`,
})
@Index('reservations_sweep_idx', ['sweep_at'], { where: '(sweep_at IS NOT NULL)' })
export class ReservationRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'reservations_pkey' }) image_id!: string;
  @Column('text') project_id!: string;
  @Column('text') region!: string;
  @Column('text') resource!: 'images';
  @Column('text') state!: Exclude<PlaceState, 'none'>;
  /** Until when whoever reserved may register the image. */
  @Column('timestamptz') expires_at!: Date;
  /** When the place is free again unless it was confirmed; later than `expires_at`, because events take their time. */
  @Column('timestamptz', { nullable: true }) sweep_at!: Date | null;
  /** Of the request that reserved, so that its expiry is told as part of the same story. */
  @Column('text') correlation_id!: string;
  /** The newest version of the image that its place was compared with. */
  @Column('integer', { default: 0 }) image_version!: number;
  /** GiB the image may come to need; counted until it is known what it does need. */
  @Column('integer', { default: 0 }) storage_gib!: number;
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
  @Column('timestamptz', { default: () => 'now()' }) updated_at!: Date;
}
