import type { GeneralizationReport, ReadinessReport } from '@imago/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** The kinds of reports on the disks of images. */
interface Reports {
  readonly readiness: ReadinessReport;
  readonly generalizations: GeneralizationReport;
}
export type ReportKind = keyof Reports;

/** Where each kind is kept, and when it was made. */
const TIMES = { readiness: 'examined_at', generalizations: 'generalized_at' } as const satisfies Record<
  ReportKind,
  string
>;
const KINDS = Object.keys(TIMES) as ReportKind[];

/** A report on the disk of an image. */
export interface DiskReport<Kind extends ReportKind> {
  readonly report: Reports[Kind];
  /** When it was made. */
  readonly at: string;
}

/** The newest report of each kind of each image that has one. */
@Injectable()
export class ImageReadinessRepository {
  async find<Kind extends ReportKind>(
    tx: EntityManager,
    kind: Kind,
    imageId: string,
  ): Promise<DiskReport<Kind> | null> {
    const [row]: { report: Reports[Kind]; at: Date }[] = await tx.query(
      `SELECT report, ${TIMES[kind]} AS at FROM catalog.${kind} WHERE image_id = $1`,
      [imageId],
    );
    return row === undefined ? null : { report: row.report, at: row.at.toISOString() };
  }

  /** Keeps a report, unless a newer one is known. */
  async keep<Kind extends ReportKind>(
    tx: EntityManager,
    kind: Kind,
    imageId: string,
    { report, at }: DiskReport<Kind>,
  ): Promise<void> {
    const time = TIMES[kind];
    await tx.query(
      `INSERT INTO catalog.${kind} AS known (image_id, report, ${time}) VALUES ($1, $2, $3)
       ON CONFLICT ON CONSTRAINT ${kind}_pkey DO UPDATE SET report = excluded.report, ${time} = excluded.${time}
       WHERE known.${time} < excluded.${time}`,
      [imageId, JSON.stringify(report), at],
    );
  }

  /** What is true of the bytes of an image is true of a copy of them; a report of the copy's own stays. */
  async carry(tx: EntityManager, copyId: string): Promise<void> {
    for (const kind of KINDS) {
      await tx.query(
        `INSERT INTO catalog.${kind} (image_id, report, ${TIMES[kind]})
         SELECT copy.id, report, ${TIMES[kind]} FROM catalog.images copy
         JOIN catalog.${kind} ON ${kind}.image_id = (copy.copied_from ->> 'image_id')::uuid WHERE copy.id = $1
         ON CONFLICT ON CONSTRAINT ${kind}_pkey DO NOTHING`,
        [copyId],
      );
    }
  }

  async forget(tx: EntityManager, imageId: string): Promise<void> {
    for (const kind of KINDS) await tx.query(`DELETE FROM catalog.${kind} WHERE image_id = $1`, [imageId]);
  }
}
