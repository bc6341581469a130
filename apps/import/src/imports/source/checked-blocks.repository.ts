import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** What the check of a whole file leaves: the SHA-256 of each of its blocks, one after the other. */
export interface CheckedBlocks {
  /** Bytes of each block but the last. */
  readonly block_size: number;
  readonly hashes: Buffer;
}

/** The blocks of files whose checksum was right, until their import ends. */
@Injectable()
export class CheckedBlocksRepository {
  async save(tx: EntityManager, jobId: string, { block_size, hashes }: CheckedBlocks): Promise<void> {
    await tx.query(
      `INSERT INTO import.checked_blocks (job_id, block_size, hashes) VALUES ($1, $2, $3)
       ON CONFLICT (job_id) DO UPDATE SET block_size = excluded.block_size, hashes = excluded.hashes`,
      [jobId, block_size, hashes],
    );
  }

  async find(db: EntityManager, jobId: string): Promise<CheckedBlocks | null> {
    const rows: CheckedBlocks[] = await db.query(
      'SELECT block_size, hashes FROM import.checked_blocks WHERE job_id = $1',
      [jobId],
    );
    return rows[0] ?? null;
  }

  async forget(tx: EntityManager, jobId: string): Promise<void> {
    await tx.query('DELETE FROM import.checked_blocks WHERE job_id = $1', [jobId]);
  }
}
