import type { ObjectStoreRecord } from '@imago/contracts';
import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** An object store of a project's own. */
@Entity({ schema: 'import', name: 'object_stores' })
@Check('object_stores_addressing_style_check', `addressing_style IN ('path', 'virtual')`)
@Unique('object_stores_name_unique', ['region', 'project_id', 'name'])
export class ObjectStoreRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'object_stores_pkey' }) id!: string;
  @Column('text') project_id!: string;
  @Column('text') region!: string;
  @Column('text') name!: string;
  @Column('text') endpoint!: string;
  @Column('text') signing_region!: string;
  @Column('text') addressing_style!: ObjectStoreRecord['addressing_style'];
  @Column('text') access_key!: string;
  /** Sealed for this id. */
  @Column('bytea') secret_key!: Buffer;
  /** A fingerprint of the order that made it: the same order, repeated, is answered as before. */
  @Column('bytea') made_of!: Buffer;
  @Column('text') created_by!: string;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) created_at!: Date;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) updated_at!: Date;
  @Column('integer', { default: 1 }) version!: number;
}

/** An object store as it is passed around. */
export type TenantObjectStore = Omit<ObjectStoreRow, never>;

/** An object store as its project sees it. */
export function toObjectStoreRecord(row: TenantObjectStore): ObjectStoreRecord {
  const { id, project_id, region, name, endpoint, signing_region, addressing_style, access_key } = row;
  return {
    ...{ id, project_id, region, name, endpoint, signing_region, addressing_style, access_key },
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    version: row.version,
  };
}
