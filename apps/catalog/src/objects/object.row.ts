import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { ImageRow } from '../images/image.row.ts';

/**
 * Where an object in the store is in its life. `writing`: one writer may write it. `sealed`: complete, verified and
 * never written again. `abandoned`: nobody wants it, its bytes may exist. `swept`: its bytes are gone; the row stays a
 * while as a tombstone, because a writer thought dead may still put them back.
 */
export type ObjectState = 'writing' | 'sealed' | 'abandoned' | 'swept';

/** An object of a region's store. The row is there before the first byte and goes after the last. */
@Entity({ schema: 'catalog', name: 'objects' })
@Check('objects_state_check', `state IN ('writing', 'sealed', 'abandoned', 'swept')`)
@Check('objects_sealed_check', `state <> 'sealed' OR (size IS NOT NULL AND writer_ended_at IS NOT NULL)`)
@Check('objects_sweep_check', `(state IN ('abandoned', 'swept')) = (sweep_at IS NOT NULL)`)
@Check('objects_stored_size_check', 'stored_size >= 0')
@Check('objects_parent_check', `parent_object_id IS NULL OR state IN ('writing', 'sealed')`)
@Unique('objects_image_job_key', ['image_id', 'job_id'])
@Unique('objects_region_key_key', ['region', 'key'])
@Index('objects_sweep_idx', ['sweep_at'], { where: '(sweep_at IS NOT NULL)' })
@Index('objects_parent_idx', ['parent_object_id'], { where: '(parent_object_id IS NOT NULL)' })
export class ObjectRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'objects_pkey' }) id!: string;
  @ForeignKey(() => ImageRow, { name: 'objects_image_fkey' }) @Column('uuid') image_id!: string;
  /** The job that writes it. */
  @Column('uuid') job_id!: string;
  @Column('text') region!: string;
  @Column('text') key!: string;
  @Column('text') state!: ObjectState;
  /** It is a file that waits to be imported, as it came. */
  @Column('boolean', { default: false }) staged!: boolean;
  @Column('text', { nullable: true }) disk_format!: string | null;
  /** Bytes of the file an image gives from it; of a layer, of its flattened form. */
  @Column('bigint', { nullable: true }) size!: string | null;
  /** Bytes of the object itself, where they may be others. */
  @Column('bigint', { nullable: true }) stored_size!: string | null;
  @Column('bigint', { nullable: true }) virtual_size!: string | null;
  @Column('bigint', { nullable: true }) allocated_bytes!: string | null;
  @Column('text', { nullable: true }) checksum!: string | null;
  @Column('text', { nullable: true }) os_hash_algo!: string | null;
  @Column('text', { nullable: true }) os_hash_value!: string | null;
  @Column('text', { nullable: true }) index_hash!: string | null;
  /** Of the object's own bytes, hex, where `os_hash_value` is of other ones: of a layer, once it has been read again. */
  @Column('text', { nullable: true }) own_sha512!: string | null;
  /** Of a layer that is written or sealed: the object that has the clusters it does not, kept by a reference of its own. */
  @ForeignKey(() => ObjectRow, { name: 'objects_parent_fkey' })
  @Column('uuid', { nullable: true })
  parent_object_id!: string | null;
  /** Its job said that it ended; before that a writer may still be at work. */
  @Column('timestamptz', { nullable: true }) writer_ended_at!: Date | null;
  @Column('timestamptz', { nullable: true }) abandoned_at!: Date | null;
  @Column('timestamptz', { nullable: true }) swept_at!: Date | null;
  /** When the sweeper looks next; set while there is or may be something to sweep. */
  @Column('timestamptz', { nullable: true }) sweep_at!: Date | null;
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
}
