import type { MetadefItemRecord, MetadefKind, MetadefNamespaceRecord } from '@imago/contracts';
import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';

/** A namespace of definitions. */
@Entity({ schema: 'catalog', name: 'metadef_namespaces' })
@Check('metadef_namespaces_visibility_check', `visibility IN ('public', 'private')`)
@Unique('metadef_namespaces_name_unique', ['region', 'namespace'])
export class MetadefNamespaceRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'metadef_namespaces_pkey' }) id!: string;
  @Column('text') region!: string;
  @Column('text') namespace!: string;
  @Column('text', { nullable: true }) display_name!: string | null;
  @Column('text', { nullable: true }) description!: string | null;
  @Column('text') visibility!: MetadefNamespaceRecord['visibility'];
  @Column('boolean') protected!: boolean;
  @Column('text') owner!: string;
  /** The request that made or changed it last: asked again, it gets the same answer. */
  @Column('text') changed_by_request!: string;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) created_at!: Date;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) updated_at!: Date;
  /** Grows with every change of it and of what is in it. */
  @Column('integer') version!: number;
}

/** Something in a namespace: an object, a property, a tag, or what the namespace is for. */
@Entity({ schema: 'catalog', name: 'metadef_items' })
@Check('metadef_items_kind_check', `kind IN ('object', 'property', 'tag', 'resource_type')`)
@Unique('metadef_items_name_unique', ['namespace_id', 'kind', 'name'])
export class MetadefItemRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'metadef_items_pkey' }) id!: string;
  @ForeignKey(() => MetadefNamespaceRow, { name: 'metadef_items_namespace_fkey', onDelete: 'CASCADE' })
  @Column('uuid')
  namespace_id!: string;
  @Column('text') kind!: MetadefKind;
  @Column('text') name!: string;
  @Column('jsonb') document!: MetadefItemRecord['document'];
  @Column('text') changed_by_request!: string;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) created_at!: Date;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) updated_at!: Date;
}

/** Something of OpenStack's that properties can be set on. */
@Entity({ schema: 'catalog', name: 'metadef_resource_types' })
export class MetadefResourceTypeRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'metadef_resource_types_pkey' }) region!: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'metadef_resource_types_pkey' }) name!: string;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) created_at!: Date;
}

export function toNamespace(row: MetadefNamespaceRow): MetadefNamespaceRecord {
  const { namespace, display_name, description, visibility, owner, region } = row;
  const times = { created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
  return { namespace, display_name, description, visibility, protected: row.protected, owner, region, ...times };
}

export function toItem({ kind, name, document, created_at, updated_at }: MetadefItemRow): MetadefItemRecord {
  return { kind, name, document, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
}
