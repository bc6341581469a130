import type { JobView, RefusalDocument } from '@imago/contracts';
import type { NewEvent } from '@imago/messaging';
import type { EntityManager } from 'typeorm';
import type { JobRecord } from './job-record.ts';

/** How far a phase is, in bytes of the work that takes long. */
export interface Progress {
  readonly bytes_done: bigint;
  readonly bytes_total?: bigint;
}

/** What a phase is given. Everything it must not lose goes through `save`. */
export interface PhaseContext<Input, Data> {
  readonly job: JobRecord<Input, Data>;
  /** The data as last saved. */
  readonly data: Data;
  /** Aborts when the job is cancelled, stalls, or its lease is lost. Every await that leaves the process takes it. */
  readonly signal: AbortSignal;
  /**
   * Reports movement; cheap, may be called for every chunk. Published at most once a second, and never going back: a
   * phase that does something again reports it as it is.
   */
  readonly progress: (progress: Progress) => void;
  /**
   * Saves changed data, together with whatever `work` writes, in one transaction that first proves the lease.
   * @throws LeaseLostError when another worker holds the job now; then nothing was written.
   */
  readonly save: (data: Data, work?: (tx: EntityManager) => Promise<void>) => Promise<void>;
  /**
   * Proves the lease at this moment, before a step that cannot be taken back.
   * @throws LeaseLostError | JobCancelledError
   */
  readonly assertLease: () => Promise<void>;
}

/** What a job says of itself at a version of it. */
export type TellOfJob<Input, Data> = (job: JobRecord<Input, Data>, view: JobView) => NewEvent;

/** A phase names the one after it; the last one ends the job with an event. Each is resumable from its start. */
export type PhaseOutcome<Input, Data> =
  | {
      readonly next: string;
      readonly data: Data;
      /** What the phase has found out for others: told with the step and in its transaction, so once. */
      readonly tells?: TellOfJob<Input, Data>;
    }
  | { readonly succeeded: TellOfJob<Input, Data> };

export type Phase<Input, Data> = (context: PhaseContext<Input, Data>) => Promise<PhaseOutcome<Input, Data>>;

/** A kind of job: its phases as a table, its events, its limits. */
export interface JobDefinition<Input, Data> {
  readonly firstPhase: string;
  readonly phases: Readonly<Record<string, Phase<Input, Data>>>;
  readonly maximumAttempts: number;
  /** Seconds without movement after which an attempt is given up. */
  readonly stallSeconds: number;
  progressed(job: JobRecord<Input, Data>, view: JobView): NewEvent;
  failed(job: JobRecord<Input, Data>, view: JobView, error: RefusalDocument): NewEvent;
  cancelled(job: JobRecord<Input, Data>, view: JobView, error: RefusalDocument): NewEvent;
  /** Removes what the service keeps of a running job, in the transaction that ends it, whatever the end. */
  ended?(tx: EntityManager, job: JobRecord<Input, Data>): Promise<void>;
  /**
   * Gives back what a job that ended without success holds outside of the database. Tried once, after the end is
   * committed; whoever owns the thing must also find it by itself.
   */
  cleanUp?(job: JobRecord<Input, Data>): Promise<void>;
}
