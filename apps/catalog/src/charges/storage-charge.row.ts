import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ImageRow } from '../images/image.row.ts';

/** What was last said that an owner is charged for an image. */
@Entity({ schema: 'catalog', name: 'storage_charges' })
export class StorageChargeRow {
  @ForeignKey(() => ImageRow, { name: 'storage_charges_image_fkey' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'storage_charges_pkey' })
  image_id!: string;
  @Column('text') owner!: string;
  @Column('bigint') stored_bytes!: string;
  /** Grows with everything that is said. */
  @Column('integer') version!: number;
}
