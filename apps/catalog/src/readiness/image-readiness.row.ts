import type { ReadinessReport } from '@imago/contracts';
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ImageRow } from '../images/image.row.ts';

/** What was found when the disk of an image was examined last; gone with the image. */
@Entity({ schema: 'catalog', name: 'readiness' })
export class ImageReadinessRow {
  @ForeignKey(() => ImageRow, { name: 'readiness_image_fkey' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'readiness_pkey' })
  image_id!: string;
  @Column('jsonb') report!: ReadinessReport;
  @Column('timestamptz') examined_at!: Date;
}
