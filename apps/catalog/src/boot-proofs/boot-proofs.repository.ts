import type { BootProof } from '@imago/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BootProofRow } from './boot-proof.row.ts';

/** The newest proof of each image that was booted. */
@Injectable()
export class BootProofsRepository {
  async find(tx: EntityManager, imageId: string): Promise<BootProof | null> {
    const row = await tx.findOne(BootProofRow, { where: { image_id: imageId } });
    return row?.proof ?? null;
  }

  /** Keeps a proof, unless a newer one is known. @returns whether it is the newest. */
  async keep(tx: EntityManager, imageId: string, proof: BootProof): Promise<boolean> {
    const kept: unknown[] = await tx.query(
      `INSERT INTO catalog.boot_proofs AS known (image_id, proof, attempted_at) VALUES ($1, $2, $3)
       ON CONFLICT ON CONSTRAINT boot_proofs_pkey
       DO UPDATE SET proof = excluded.proof, attempted_at = excluded.attempted_at
       WHERE known.attempted_at < excluded.attempted_at
       RETURNING image_id`,
      [imageId, JSON.stringify(proof), proof.attempted_at],
    );
    return kept.length > 0;
  }

  async forget(tx: EntityManager, imageId: string): Promise<void> {
    await tx.delete(BootProofRow, { image_id: imageId });
  }
}
