import type { GeneralizationReport } from '@imago/contracts';
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ImageRow } from '../images/image.row.ts';

/** What is other in an image than on the disk it was captured from; gone with the image. */
@Entity({ schema: 'catalog', name: 'generalizations' })
export class ImageGeneralizationRow {
  @ForeignKey(() => ImageRow, { name: 'generalizations_image_fkey' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'generalizations_pkey' })
  image_id!: string;
  @Column('jsonb') report!: GeneralizationReport;
  @Column('timestamptz') generalized_at!: Date;
}
