import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** What a part holds, as its owner says. */
export interface DeclaredPart {
  readonly part_number: number;
  /** Hex. */
  readonly md5: string;
}

/** What the parts of uploads hold, as their owners say. The last word counts. */
@Injectable()
export class DeclaredParts {
  constructor(private readonly db: DataSource) {}

  /** Says which of the parts were declared so before: the store can have no others. The upload is locked in `tx`. */
  async declare(tx: EntityManager, uploadId: string, parts: readonly DeclaredPart[]): Promise<ReadonlySet<number>> {
    const values = [uploadId, parts.map(({ part_number }) => part_number), parts.map(({ md5 }) => md5)];
    const known: DeclaredPart[] = await tx.query(
      `SELECT part_number FROM import.resumable_upload_parts
       WHERE upload_id = $1 AND (part_number, md5) IN (SELECT * FROM unnest($2::int[], $3::text[]))`,
      values,
    );
    await tx.query(
      `INSERT INTO import.resumable_upload_parts (upload_id, part_number, md5)
       SELECT $1, * FROM unnest($2::int[], $3::text[])
       ON CONFLICT (upload_id, part_number) DO UPDATE SET md5 = excluded.md5`,
      values,
    );
    return new Set(known.map(({ part_number }) => part_number));
  }

  /** In the order of their numbers. */
  list(uploadId: string): Promise<readonly DeclaredPart[]> {
    return this.db.query(
      'SELECT part_number, md5 FROM import.resumable_upload_parts WHERE upload_id = $1 ORDER BY part_number',
      [uploadId],
    );
  }
}
