import { z } from 'zod';
import { limitFigures } from './quota.requests.ts';
import { READINESS_POINTS, readinessReport, readinessStatus } from './readiness.ts';
import { byteCount } from './scalars.ts';

/**
 * What is looked at before an import is asked for: where the file is, what it is, whether there is room for an image,
 * and what a look at its disk will say. A data disk has the first two of {@link READINESS_POINTS} alone.
 */
export const PREFLIGHT_CHECKS = [
  'source',
  'file',
  'checksum',
  'format',
  'structure',
  'disk_size',
  'image',
  'image_quota',
  'storage_quota',
  ...READINESS_POINTS,
] as const;

/** One point of a preflight. */
export const preflightPoint = z.object({
  check: z.enum(PREFLIGHT_CHECKS),
  /** As in a readiness report; `problem` with a `code` is what an import is refused for. */
  status: readinessStatus,
  /** The stable code an import would be refused with, or fail with; null where it would not be for this. */
  code: z.string().nullable(),
  /** What was seen, in a sentence. */
  seen: z.string().min(1),
  /** Where on the disk or in the file; null when it is about the whole. */
  where: z.string().nullable(),
  /** What to do; null when nothing is. */
  remedy: z.string().nullable(),
});
export type PreflightPoint = z.output<typeof preflightPoint>;

/** What was found out on the way; null where it was not. */
export const preflightFacts = z.object({
  /** Where the file is, without what is secret of it. */
  source_uri: z.string().nullable(),
  /** Bytes of the file. */
  size: byteCount.nullable(),
  /** The formats its first and last bytes can be taken for: one, of a file that can be imported. */
  disk_formats: z.array(z.string()),
  /** Bytes of the disk in it. */
  virtual_size: byteCount.nullable(),
  /** Bytes of the disk that may hold data: what an import has to store. */
  allocated_bytes: byteCount.nullable(),
  /** The system disk as it is declared, GiB. */
  min_disk: z.int(),
  /** The smallest one that the disk fits into, GiB. */
  needed_min_disk: z.int().nullable(),
  operating_system: readinessReport.shape.operating_system,
  /** Images and storage of the project in the region; empty when they could not be asked for. */
  quotas: z.array(limitFigures),
});
export type PreflightFacts = z.output<typeof preflightFacts>;

/** How long an import is likely to take once a worker has begun it, by what the newest ones took. */
export const preflightEstimate = z.object({
  /** Null when it is not known; `seen` says why. */
  seconds: z.int().min(1).nullable(),
  /** Bytes of disk a second that the measured imports made. */
  bytes_per_second: byteCount.nullable(),
  /** How many imports were measured. */
  imports: z.int().min(0),
  /** What it is made of, in a sentence. */
  seen: z.string().min(1),
});
export type PreflightEstimate = z.output<typeof preflightEstimate>;

/** What an import would meet, found out without one. */
export const preflightReport = z.object({
  /** The worst of its points; `unknown` counts less than a warning. */
  status: readinessStatus,
  points: z.array(preflightPoint).max(PREFLIGHT_CHECKS.length),
  facts: preflightFacts,
  estimate: preflightEstimate,
});
export type PreflightReport = z.output<typeof preflightReport>;
