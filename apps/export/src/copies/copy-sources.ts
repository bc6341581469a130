import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** What was heard of the images that copies under way are made of. */
@Injectable()
export class CopySources {
  async add(tx: EntityManager, jobId: string, imageId: string): Promise<void> {
    await tx.query('INSERT INTO export.copy_sources (job_id, image_id) VALUES ($1, $2)', [jobId, imageId]);
  }

  /** The copies of this image have to look whether it is still theirs to copy. */
  async lookAgain(tx: EntityManager, imageId: string): Promise<void> {
    await tx.query('UPDATE export.copy_sources SET look_again = true WHERE image_id = $1', [imageId]);
  }

  async hasToLookAgain(tx: EntityManager, jobId: string): Promise<boolean> {
    const rows: unknown[] = await tx.query('SELECT 1 FROM export.copy_sources WHERE job_id = $1 AND look_again', [
      jobId,
    ]);
    return rows.length > 0;
  }

  async hasLooked(tx: EntityManager, jobId: string): Promise<void> {
    await tx.query('UPDATE export.copy_sources SET look_again = false WHERE job_id = $1', [jobId]);
  }

  async forget(tx: EntityManager, jobId: string): Promise<void> {
    await tx.query('DELETE FROM export.copy_sources WHERE job_id = $1', [jobId]);
  }
}
