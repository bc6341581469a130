import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ObjectRow } from './object.row.ts';

/** Why an object is kept: as long as there is one of these, it is not swept. */
@Entity({ schema: 'catalog', name: 'object_references' })
@Check('object_references_holder_type_check', `holder_type IN ('image', 'server', 'layer')`)
@Index('object_references_holder_idx', ['holder_type', 'holder_id'])
export class ObjectReferenceRow {
  @ForeignKey(() => ObjectRow, { name: 'object_references_object_fkey' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'object_references_pkey' })
  object_id!: string;
  /** Of a `layer` it is the object that lies on this one. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'object_references_pkey' })
  holder_type!: 'image' | 'server' | 'layer';
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'object_references_pkey' }) holder_id!: string;
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
}
