import type { ReadinessReport } from '@imago/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ImageReadinessRow } from './image-readiness.row.ts';

/** A report of an image, and when it was done. */
export interface Readiness {
  readonly report: ReadinessReport;
  readonly examined_at: string;
}

/** The newest report of each image that has one. */
@Injectable()
export class ImageReadinessRepository {
  async find(tx: EntityManager, imageId: string): Promise<Readiness | null> {
    const row = await tx.findOne(ImageReadinessRow, { where: { image_id: imageId } });
    return row === null ? null : { report: row.report, examined_at: row.examined_at.toISOString() };
  }

  /** Keeps a report, unless a newer one is known. */
  async keep(tx: EntityManager, imageId: string, { report, examined_at }: Readiness): Promise<void> {
    await tx.query(
      `INSERT INTO catalog.readiness AS known (image_id, report, examined_at) VALUES ($1, $2, $3)
       ON CONFLICT ON CONSTRAINT readiness_pkey
       DO UPDATE SET report = excluded.report, examined_at = excluded.examined_at
       WHERE known.examined_at < excluded.examined_at`,
      [imageId, JSON.stringify(report), examined_at],
    );
  }

  /** What is true of the bytes of an image is true of a copy of them; a report of the copy's own stays. */
  async carry(tx: EntityManager, copyId: string): Promise<void> {
    await tx.query(
      `INSERT INTO catalog.readiness (image_id, report, examined_at)
       SELECT copy.id, report, examined_at FROM catalog.images copy
       JOIN catalog.readiness ON readiness.image_id = (copy.copied_from ->> 'image_id')::uuid WHERE copy.id = $1
       ON CONFLICT ON CONSTRAINT readiness_pkey DO NOTHING`,
      [copyId],
    );
  }

  async forget(tx: EntityManager, imageId: string): Promise<void> {
    await tx.delete(ImageReadinessRow, { image_id: imageId });
  }
}
