import type { ImageScan } from '@imago/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ImageScanRow } from './image-scan.row.ts';

/** The newest scan of each image that was scanned. */
@Injectable()
export class ImageScansRepository {
  async find(tx: EntityManager, imageId: string): Promise<ImageScan | null> {
    const row = await tx.findOne(ImageScanRow, { where: { image_id: imageId } });
    return row?.scan ?? null;
  }

  /** Keeps a scan, unless a newer one is known. @returns whether it is the newest. */
  async keep(tx: EntityManager, imageId: string, scan: ImageScan): Promise<boolean> {
    const kept: unknown[] = await tx.query(
      `INSERT INTO catalog.image_scans AS known (image_id, scan, scanned_at) VALUES ($1, $2, $3)
       ON CONFLICT ON CONSTRAINT image_scans_pkey
       DO UPDATE SET scan = excluded.scan, scanned_at = excluded.scanned_at
       WHERE known.scanned_at < excluded.scanned_at
       RETURNING image_id`,
      [imageId, JSON.stringify(scan), scan.scanned_at],
    );
    return kept.length > 0;
  }

  async forget(tx: EntityManager, imageId: string): Promise<void> {
    await tx.delete(ImageScanRow, { image_id: imageId });
  }
}
