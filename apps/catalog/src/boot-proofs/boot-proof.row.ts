import type { BootProof } from '@imago/contracts';
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ImageRow } from '../images/image.row.ts';

/** What was seen when an image was booted last; gone with the image. */
@Entity({ schema: 'catalog', name: 'boot_proofs' })
export class BootProofRow {
  @ForeignKey(() => ImageRow, { name: 'boot_proofs_image_fkey' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'boot_proofs_pkey' })
  image_id!: string;
  @Column('jsonb') proof!: BootProof;
  @Column('timestamptz') attempted_at!: Date;
}
