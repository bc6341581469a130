import { READINESS_POINTS, type ReadinessPoint, type ReadinessReport } from '@imago/contracts';
import type { Declared } from '@imago/readiness';

/** Bytes of a report as JSON that an event has room for, beside the job it tells of. */
const MOST_BYTES = 48 * 1024;
/** What is left of a longer one: a name in three bytes a character fills an event sooner than anybody reads it. */
const SHORTENED = { text: 150, fileSystems: 16 };

/** The points a disk has: on a data disk nothing is started. */
function pointsOf({ image_type }: Pick<Declared, 'image_type'>): readonly (typeof READINESS_POINTS)[number][] {
  return image_type === 'data_disk' ? READINESS_POINTS.slice(0, 2) : READINESS_POINTS;
}

/** The report of a disk of which nothing could be found out, and why. */
export function unexaminedReport(declared: Pick<Declared, 'image_type'>, why: string): ReadinessReport {
  return {
    status: 'unknown',
    points: pointsOf(declared).map((point) => ({ point, status: 'unknown', seen: why, where: null, remedy: null })),
    operating_system: null,
    partition_table: null,
    file_systems: [],
    bytes_read: 0,
  };
}

/** The report as it fits into an event: what is too long is told in fewer words, and no point is left out. */
export function fittingReport(report: ReadinessReport): ReadinessReport {
  if (Buffer.byteLength(JSON.stringify(report)) <= MOST_BYTES) return report;
  return {
    ...report,
    points: report.points.map(shortened),
    file_systems: report.file_systems.slice(0, SHORTENED.fileSystems),
  };
}

function shortened(point: ReadinessPoint): ReadinessPoint {
  const { seen, where, remedy } = point;
  return { ...point, seen: cut(seen), where: where && cut(where), remedy: remedy && cut(remedy) };
}

function cut(text: string): string {
  return text.length <= SHORTENED.text ? text : `${text.slice(0, SHORTENED.text - 1).toWellFormed()}…`;
}
