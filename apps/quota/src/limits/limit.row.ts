import type { QuotaResource } from '@imago/contracts';
import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * The limit of one account: a project in a region. Its row is also the lock under which the reservations of that
 * account are counted and changed.
 */
@Entity({ schema: 'quota', name: 'limits' })
@Check('limits_resource_check', `resource IN ('images', 'members_per_image', 'storage_gib')`)
@Check('limits_maximum_check', 'maximum >= 0')
export class LimitRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'limits_pkey' }) project_id!: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'limits_pkey' }) region!: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'limits_pkey' }) resource!: QuotaResource;
  /** Null: the configured default, also when that changes. */
  @Column('integer', { nullable: true }) maximum!: number | null;
  /** One more with every locking, so that figures can be put in order. Decimal text, as Postgres sends it. */
  @Column('bigint', { default: 1 }) revision!: string;
}
