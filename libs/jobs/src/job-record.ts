import type { JobState, JobType, JobView, RefusalDocument } from '@imago/contracts';

/** `admitting`: recorded, but not yet promised to anybody; it becomes `queued` or is taken back. */
export type StoredJobState = JobState | 'admitting';

/** Why a job failed, with the phase in which it did. */
export type JobError = RefusalDocument & { readonly phase: string };

/**
 * A job as its owner's table holds it. `Input` is what was asked for and never changes; `Data` is what the phases
 * have found out, saved with each step so that another worker can go on from there.
 */
export interface JobRecord<Input, Data> {
  readonly id: string;
  readonly type: JobType;
  readonly project_id: string;
  readonly region: string;
  readonly image_id: string | null;
  /** The only host whose workers may do it; null: any worker. */
  readonly host_id: string | null;
  readonly state: StoredJobState;
  readonly phase: string;
  readonly bytes_done: bigint;
  readonly bytes_total: bigint | null;
  readonly rate: bigint | null;
  readonly eta: number | null;
  /** Tries since progress was last saved, so a long job on a bad network is not failed for being long. */
  readonly attempt: number;
  /** Grows with each claim; every write of the holder names it, so a holder that lost its lease writes nothing. */
  readonly fencing_token: bigint;
  readonly lease_owner: string | null;
  readonly error: JobError | null;
  readonly input: Input;
  readonly data: Data;
  readonly actor: string | null;
  readonly correlation_id: string;
  /** W3C trace context of what asked for it; every attempt, by whatever process, is part of it. */
  readonly traceparent: string | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly updated_at: Date;
  readonly version: number;
}

/** The job as events and the board show it. */
export function toView(job: JobRecord<unknown, unknown>): JobView {
  if (job.state === 'admitting') throw new Error(`Job ${job.id} is not admitted yet and must not be shown`);
  return {
    id: job.id,
    type: job.type,
    project_id: job.project_id,
    region: job.region,
    image_id: job.image_id,
    state: job.state,
    phase: job.phase,
    bytes_done: job.bytes_done.toString(),
    bytes_total: job.bytes_total?.toString() ?? null,
    rate: job.rate?.toString() ?? null,
    eta: job.eta,
    attempt: job.attempt,
    error: job.error,
    created_at: job.created_at.toISOString(),
    started_at: job.started_at?.toISOString() ?? null,
    finished_at: job.finished_at?.toISOString() ?? null,
    updated_at: job.updated_at.toISOString(),
    version: job.version,
  };
}

/** The answer to an order: the job as it stands and the events that will show it on the board. */
export interface JobAnswer {
  readonly job: JobView;
  readonly event_ids: string[];
}
