import type { DataSource, EntityManager } from 'typeorm';

/** A part the store has: what a writer needs to go on after it, and what proves it. */
export interface StoredPart {
  readonly part_number: number;
  /** Bytes. */
  readonly size: number;
  /** What is in the part, as its writer says it. */
  readonly clusters: Buffer;
  /** As the store answered it; the upload is completed with it. */
  readonly etag: string;
  /** Of the bytes that were sent; the read-back must come to the same. Null of a part that the store copied itself. */
  readonly crc32: number | null;
}

type PartRow = Pick<StoredPart, 'part_number' | 'etag' | 'clusters'> & {
  readonly size: string;
  readonly crc32: string | null;
};

/** The journal of the parts that a service's jobs have stored, its table `parts`. Whoever writes it holds the job, in the same transaction. */
export class PartJournal {
  readonly #db: DataSource;
  readonly #table: string;

  constructor(db: DataSource, schema: string) {
    this.#db = db;
    this.#table = `"${schema}".parts`;
  }

  /** The parts of a job, in order. */
  async list(jobId: string): Promise<readonly StoredPart[]> {
    const rows: PartRow[] = await this.#db.query(
      `SELECT part_number, etag, size, crc32, clusters FROM ${this.#table} WHERE job_id = $1 ORDER BY part_number`,
      [jobId],
    );
    return rows.map((row) => ({
      ...row,
      size: Number(row.size),
      crc32: row.crc32 === null ? null : Number(row.crc32),
    }));
  }

  /** Records a part; the same number again replaces it, as in the store. */
  async record(tx: EntityManager, jobId: string, part: StoredPart): Promise<void> {
    await tx.query(
      `INSERT INTO ${this.#table} (job_id, part_number, etag, size, crc32, clusters) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT ON CONSTRAINT parts_pkey DO UPDATE SET etag = excluded.etag, size = excluded.size,
         crc32 = excluded.crc32, clusters = excluded.clusters`,
      [jobId, part.part_number, part.etag, part.size, part.crc32, part.clusters],
    );
  }

  /** Forgets every part but those of the given numbers. */
  async keepOnly(tx: EntityManager, jobId: string, partNumbers: readonly number[]): Promise<void> {
    await tx.query(`DELETE FROM ${this.#table} WHERE job_id = $1 AND part_number <> ALL ($2::integer[])`, [
      jobId,
      partNumbers,
    ]);
  }
}
