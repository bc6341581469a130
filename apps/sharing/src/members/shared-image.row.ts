import type { Visibility } from '@imago/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * An image as sharing has heard of it: one that is or was shared, or that is deleted. Its row is also the lock under which
 * its members are counted and changed.
 */
@Entity({ schema: 'sharing', name: 'images' })
export class SharedImageRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'images_pkey' }) image_id!: string;
  @Column('text') region!: string;
  @Column('text') owner!: string;
  @Column('text', { nullable: true }) name!: string | null;
  /** Members count while it is `shared`; whoever sets it otherwise hides them, and back again shows them. */
  @Column('text') visibility!: Visibility;
  /** The version of catalog's record that is known; what is older says nothing new. */
  @Column('integer') image_version!: number;
  /** Grows with every member that comes or goes. */
  @Column('integer', { default: 0 }) list_version!: number;
  @Column('boolean', { default: false }) deleted!: boolean;
}

/** An image as it is passed around. */
export type SharedImage = Omit<SharedImageRow, never>;
