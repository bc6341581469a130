import { z } from 'zod';
import { refusalDocument } from './errors.ts';
import { exportedFile } from './export.ts';
import { byteCount, instant, projectId, regionName } from './scalars.ts';

export const jobType = z.enum([
  'import',
  'capture',
  'digest',
  'flatten',
  'export',
  'copy',
  'server',
  'boot_proof',
  'scan',
]);
export type JobType = z.output<typeof jobType>;

export const jobState = z.enum(['queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled']);
export type JobState = z.output<typeof jobState>;

/** A job of any type as everybody outside its owner sees it: the whole truth at one version, so a newer one replaces it. */
export const anyJobView = z.object({
  id: z.uuid(),
  type: jobType,
  project_id: projectId,
  region: regionName,
  /** The image it makes or reads. */
  image_id: z.uuid().nullable(),
  state: jobState,
  /** The step it is in; each type has its own. */
  phase: z.string(),
  /** How far it is. */
  bytes_done: byteCount,
  /** Null until the inspection knows how much there is to do. */
  bytes_total: byteCount.nullable(),
  /** Bytes a second over the last moments; null when nothing moves. */
  rate: byteCount.nullable(),
  /** Seconds to go at that rate. */
  eta: z.int().min(0).nullable(),
  /** Tries since it last got on. */
  attempt: z.int().min(0),
  /** Why it failed, or was cancelled, and in which phase. */
  error: refusalDocument.extend({ phase: z.string() }).nullable(),
  created_at: instant,
  started_at: instant.nullable(),
  finished_at: instant.nullable(),
  updated_at: instant,
  /** Grows with every change; the board keeps the highest. */
  version: z.int().min(1),
});

export type JobView = z.output<typeof anyJobView>;

/**
 * The same in events that were frozen when there were no other types of jobs than these, which they still tell of alone.
 * To whoever reads, a job is a job.
 */
export const jobView = ofTypes(jobType.exclude(['boot_proof', 'scan']));
/** The same in the events of boot proofs. */
export const bootProofJobView = ofTypes(jobType.exclude(['scan']));
/** The same in the events of scans, which other jobs make, too. */
export const scanningJobView = ofTypes(jobType.extract(['import', 'scan']));

function ofTypes(type: z.ZodType): typeof anyJobView {
  return anyJobView.extend({ type }) as unknown as typeof anyJobView;
}

/** What the board adds: how many jobs of the same type and region wait before a queued one, and what came of an export. */
export const jobOnBoard = anyJobView.extend({
  queue_position: z.int().min(1).nullable(),
  /** The file of an export that succeeded. */
  result: exportedFile.nullable(),
});
export type JobOnBoard = z.output<typeof jobOnBoard>;
