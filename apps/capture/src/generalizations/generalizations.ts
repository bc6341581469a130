import type { GeneralizationReport } from '@imago/contracts';
import type { Patch } from '@imago/generalization';
import type { JobGeneralization } from '@imago/image-transfer';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** Where a patch is on the disk, and how long it is. */
interface Place {
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

interface Row {
  readonly places: readonly Place[];
  readonly bytes: Buffer;
  readonly report: GeneralizationReport;
  readonly generalized_at: Date;
}

/** What captures that run change of their disks, so that every worker of a job changes the same. */
@Injectable()
export class Generalizations {
  constructor(private readonly db: DataSource) {}

  async find(jobId: string): Promise<JobGeneralization | null> {
    const [row]: Row[] = await this.db.query(
      'SELECT places, bytes, report, generalized_at FROM capture.generalizations WHERE job_id = $1',
      [jobId],
    );
    if (row === undefined) return null;
    const { places, bytes, report, generalized_at } = row;
    return { patches: patchesOf(places, bytes), report, generalized_at: generalized_at.toISOString() };
  }

  /** Keeps what was found for a job, for good; whoever does so holds the job in the same transaction. */
  async keep(tx: EntityManager, jobId: string, { patches, report, generalized_at }: JobGeneralization): Promise<void> {
    const places: Place[] = patches.map(({ offset, bytes }) => ({ offset, length: bytes.length }));
    await tx.query(
      `INSERT INTO capture.generalizations (job_id, places, bytes, report, generalized_at) VALUES ($1, $2, $3, $4, $5)`,
      [
        jobId,
        JSON.stringify(places),
        Buffer.concat(patches.map(({ bytes }) => bytes)),
        JSON.stringify(report),
        generalized_at,
      ],
    );
  }

  async forget(tx: EntityManager, jobId: string): Promise<void> {
    await tx.query('DELETE FROM capture.generalizations WHERE job_id = $1', [jobId]);
  }
}

function patchesOf(places: readonly Place[], bytes: Buffer): readonly Patch[] {
  let from = 0;
  return places.map(({ offset, length }) => {
    const patch = { offset, bytes: bytes.subarray(from, from + length) };
    from += length;
    return patch;
  });
}
