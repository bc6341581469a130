import { refusal, type RefusalDocument } from '@imago/contracts';
import { inTransaction } from '@imago/messaging';
import { ATTRIBUTE, outsideTraces, recordFailure, type Span } from '@imago/tracing';
import { type AttemptTools, causeOf, JobAttempt } from './job-attempt.ts';
import { type FailureVerdict, judgeFailure, LeaseLostError, retryDelay } from './job-failure.ts';
import { JOB_PACE, type JobPace } from './job-pace.ts';
import { type JobError, type JobRecord, toView } from './job-record.ts';
import { asAttempt } from './job-spans.ts';

/** Where the runner says what it does, one line per outcome; Nest's logger is one. */
export interface JobLog {
  log(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface RunnerOptions<Input, Data> extends AttemptTools<Input, Data> {
  /** Unique per process; stands in the job row. */
  readonly worker: string;
  /** The host this process works on: it claims the host's own jobs too. Absent: only jobs of no host. */
  readonly host?: string;
  /** The regions whose jobs of no host it does now; every region's when absent. */
  readonly regions?: () => Promise<readonly string[]>;
  /** Jobs at the same time in this process. */
  readonly concurrency: number;
  readonly log: JobLog;
}

/**
 * Runs the jobs of one service: claims, keeps leases alive, retries, and ends every one of them. Any number of
 * processes may run the same table.
 */
export class JobRunner<Input, Data> {
  readonly #options: RunnerOptions<Input, Data>;
  readonly #pace: JobPace;
  readonly #running = new Map<JobAttempt<Input, Data>, Promise<void>>();
  #timer: NodeJS.Timeout | null = null;
  #filling: Promise<void> | null = null;
  #again = false;
  #stopping = false;

  constructor(options: RunnerOptions<Input, Data>) {
    this.#options = options;
    this.#pace = options.pace ?? JOB_PACE;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.wake();
    }, this.#pace.poll);
    this.wake();
  }

  /** Looks for work now, for example after a job was queued or cancelled in this process. */
  wake(): void {
    if (this.#filling !== null) {
      this.#again = true;
      return;
    }
    // Whoever wakes us is seldom who asked for what is found.
    this.#filling = outsideTraces(() => this.#fill()).finally(() => {
      this.#filling = null;
      if (this.#again) {
        this.#again = false;
        this.wake();
      }
    });
  }

  /** A job of this table was asked to end: if it runs here, it hears of it now and not at its next heartbeat. */
  noticeCancel(jobId: string): void {
    for (const attempt of this.#running.keys()) if (attempt.job.id === jobId) void attempt.beat();
    this.wake();
  }

  /** Stops claiming, gives the running attempts back to the queue, and returns when none is left. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#giveBack();
    await this.#filling; // a claim under way may bring one more
    this.#giveBack();
    await Promise.all(this.#running.values());
  }

  #giveBack(): void {
    for (const attempt of this.#running.keys()) attempt.abort(new ShutdownError());
  }

  async #fill(): Promise<void> {
    const { store, db, worker, leaseSeconds, host, regions, concurrency, log } = this.#options;
    try {
      while (!this.#stopping && this.#running.size < concurrency) {
        const place = { ...(host !== undefined && { host }), ...(regions && { regions: await regions() }) };
        const job = await store.claim(db, worker, leaseSeconds, place);
        if (job === null) return;
        this.#launch(job);
      }
    } catch (error) {
      log.error({ err: error }, 'jobs cannot be claimed');
    }
  }

  #launch(job: JobRecord<Input, Data>): void {
    const attempt = new JobAttempt(job, this.#options);
    const done = asAttempt(job, (span) => this.#conduct(attempt, span)).finally(() => {
      this.#running.delete(attempt);
      if (!this.#stopping) this.wake();
    });
    this.#running.set(attempt, done);
  }

  async #conduct(attempt: JobAttempt<Input, Data>, span: Span): Promise<void> {
    const { log, definition } = this.#options;
    const fields = { job_id: attempt.job.id, correlation_id: attempt.job.correlation_id };
    try {
      await attempt.run();
      span.setAttribute(ATTRIBUTE.outcome, 'succeeded');
      log.log(fields, 'job succeeded');
    } catch (error) {
      const { phase, attempt: tries } = attempt.job;
      const verdict =
        error instanceof ShutdownError
          ? ({ action: 'retry', cause: 'shutdown' } satisfies FailureVerdict)
          : judgeFailure(error, { phase, attempt: tries, maximumAttempts: definition.maximumAttempts });
      span.setAttribute(ATTRIBUTE.outcome, verdict.action);
      recordFailure(span, error);
      log.log({ ...fields, phase, attempt: tries, verdict: verdict.action, err: error }, 'job attempt ended');
      const ended = await this.#settle(attempt, verdict).catch((settleError: unknown) => {
        // The lease expires and the next worker judges again: nothing is lost by not writing now.
        if (!(settleError instanceof LeaseLostError))
          log.error({ ...fields, err: settleError }, 'job cannot be settled');
        return null;
      });
      if (ended === null) return;
      await definition.cleanUp?.(ended).catch((cleanUpError: unknown) => {
        log.error({ ...fields, err: cleanUpError }, 'an ended job cannot be cleaned up; what it left is swept');
      });
    }
  }

  /** @returns the job when it has ended now. */
  async #settle(attempt: JobAttempt<Input, Data>, verdict: FailureVerdict): Promise<JobRecord<Input, Data> | null> {
    if (verdict.action === 'leave') return null;
    const { db, store, outbox, definition } = this.#options;
    return inTransaction(db, async (tx) => {
      const job = await store.change(
        tx,
        attempt.lease,
        verdict.action === 'retry' ? giveBackAttempt(verdict, attempt.job.attempt) : {},
      );
      if (verdict.action === 'retry' && job.state === 'running') {
        const seconds = verdict.cause === 'shutdown' ? 0 : retryDelay(job.attempt, this.#pace.retry) / 1000;
        const queued = await store.move(tx, job, 'release', { available_in_seconds: seconds });
        if (queued) await outbox.add(tx, definition.progressed(queued, toView(queued)), causeOf(queued));
        return null;
      }
      const cancelled = job.state === 'cancelling';
      const error = cancelled
        ? { ...cancelledBy(job), phase: job.phase }
        : verdict.action === 'fail'
          ? verdict.error
          : null;
      if (error === null) return null;
      const ended = await store.move(tx, job, cancelled ? 'end_cancelled' : 'fail', { error });
      if (ended === null) return null;
      await definition.ended?.(tx, ended);
      const [view, document] = [toView(ended), withoutPhase(error)];
      const event = cancelled ? definition.cancelled(ended, view, document) : definition.failed(ended, view, document);
      await outbox.add(tx, event, causeOf(ended));
      return ended;
    });
  }
}

/** The process is going down; the attempt is given back untouched. */
class ShutdownError extends Error {
  override readonly name = 'ShutdownError';
}

/** A shutdown is nobody's failed try. */
function giveBackAttempt(verdict: Extract<FailureVerdict, { action: 'retry' }>, attempt: number): { attempt?: number } {
  return verdict.cause === 'shutdown' ? { attempt: Math.max(0, attempt - 1) } : {};
}

/** Why a cancelled job ended, in the tenant's words. */
export function cancelledBy(job: Pick<JobRecord<unknown, unknown>, 'phase'>): RefusalDocument {
  return refusal('job.cancelled', `The job was cancelled in its phase ${job.phase}.`).toDocument();
}

function withoutPhase({ code, kind, message, remedy, details }: JobError): RefusalDocument {
  return { code, kind, message, remedy, ...(details && { details }) };
}
