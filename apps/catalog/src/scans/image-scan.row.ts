import type { ImageScan } from '@imago/contracts';
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ImageRow } from '../images/image.row.ts';

/** What the newest scan of an image came to; gone with the image. */
@Entity({ schema: 'catalog', name: 'image_scans' })
export class ImageScanRow {
  @ForeignKey(() => ImageRow, { name: 'image_scans_image_fkey' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'image_scans_pkey' })
  image_id!: string;
  @Column('jsonb') scan!: ImageScan;
  @Column('timestamptz') scanned_at!: Date;
}
