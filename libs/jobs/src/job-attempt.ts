import { type EventEnvelope } from '@imago/contracts';
import { inTransaction, type NewEvent, type Outbox } from '@imago/messaging';
import type { DataSource, EntityManager } from 'typeorm';
import { AttemptsExhaustedError, JobCancelledError, JobStalledError, LeaseLostError } from './job-failure.ts';
import { JOB_PACE, type JobPace } from './job-pace.ts';
import type { JobDefinition, PhaseContext, Progress } from './job-phases.ts';
import { type JobRecord, toView } from './job-record.ts';
import { asPhase } from './job-spans.ts';
import type { JobStore, Lease } from './job-store.ts';
import { ProgressMeter } from './progress-meter.ts';

/** What an attempt works with. */
export interface AttemptTools<Input, Data> {
  readonly db: DataSource;
  readonly outbox: Outbox;
  readonly store: JobStore<Input, Data>;
  readonly definition: JobDefinition<Input, Data>;
  readonly leaseSeconds: number;
  readonly pace?: JobPace;
}

/** The correlation an event of a job carries: the request that made it. */
export function causeOf(job: JobRecord<unknown, unknown>): { correlation_id: EventEnvelope['correlationid'] } {
  return { correlation_id: job.correlation_id };
}

/** One holding of a job by this worker: its lease, its heartbeat, its progress, and the run through the phases. */
export class JobAttempt<Input, Data> {
  #job: JobRecord<Input, Data>;
  readonly #tools: AttemptTools<Input, Data>;
  readonly #pace: JobPace;
  readonly #abort = new AbortController();
  readonly #meter: ProgressMeter;
  #reported: Progress;
  #published: bigint;
  /** How far the job was when its attempts were last counted from one. */
  #counted: bigint;
  #movedAt = performance.now();
  #renewedAt = performance.now();
  #beating = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(job: JobRecord<Input, Data>, tools: AttemptTools<Input, Data>) {
    this.#job = job;
    this.#tools = tools;
    this.#pace = tools.pace ?? JOB_PACE;
    this.#reported = { bytes_done: job.bytes_done };
    this.#published = job.bytes_done;
    this.#counted = job.bytes_done;
    this.#meter = new ProgressMeter(job.bytes_done, performance.now());
  }

  get job(): JobRecord<Input, Data> {
    return this.#job;
  }

  get lease(): Lease {
    return { job_id: this.#job.id, fencing_token: this.#job.fencing_token };
  }

  /** Gives the attempt up from outside, for example at shutdown; the lease is left to expire or be released. */
  abort(reason: Error): void {
    this.#abort.abort(reason);
  }

  /** Runs phase after phase to the end of the job. Whatever stops it leaves as an exception. */
  async run(): Promise<void> {
    const heartbeat = setInterval(() => void this.beat(), this.#pace.beat);
    try {
      if (this.#job.state === 'cancelling') throw new JobCancelledError(this.#job.id);
      if (this.#job.attempt > this.#tools.definition.maximumAttempts) throw new AttemptsExhaustedError(this.#job);
      await this.#write(this.#counters(), (tx, job) => this.#emitProgress(tx, job));
      while (!(await this.#step()));
    } catch (error) {
      // What aborted the attempt is the reason; the error a phase died of is only its echo.
      throw this.#abort.signal.aborted ? this.#abort.signal.reason : error;
    } finally {
      clearInterval(heartbeat);
      await this.#writing;
    }
  }

  /** @returns true when the job has ended. */
  async #step(): Promise<boolean> {
    const phase = this.#tools.definition.phases[this.#job.phase];
    if (phase === undefined) throw new Error(`Job ${this.#job.id} is in an unknown phase ${this.#job.phase}`);
    this.#abort.signal.throwIfAborted();
    const outcome = await asPhase(this.#job, () => this.#heeding(phase(this.#context())));
    this.#abort.signal.throwIfAborted();
    this.#movedAt = performance.now();
    if ('next' in outcome) {
      const { next, data, tells } = outcome;
      await this.#write({ phase: next, data, attempt: 1, ...this.#counters() }, (tx, job) =>
        tells === undefined ? this.#emitProgress(tx, job) : this.#emit(tx, tells(job, toView(job)), job),
      );
      return false;
    }
    await this.#serially(() =>
      inTransaction(this.#tools.db, async (tx) => {
        const held = await this.#tools.store.change(tx, this.lease, this.#counters());
        const ended = await this.#tools.store.move(tx, held, 'succeed');
        if (ended === null) throw new LeaseLostError(held.id);
        await this.#tools.definition.ended?.(tx, ended);
        await this.#emit(tx, outcome.succeeded(ended, toView(ended)), ended);
      }),
    );
    return true;
  }

  /**
   * The outcome of a phase, or the reason to stop when it does not stop by itself: one that ignores its signal must
   * not hold up the end of the job. What it still does, it does without the lease.
   */
  async #heeding<T>(phase: Promise<T>): Promise<T> {
    const { signal } = this.#abort;
    let timer: NodeJS.Timeout | undefined;
    let giveUp = (): void => undefined;
    const ignored = new Promise<never>((_resolve, reject) => {
      giveUp = () => {
        timer = setTimeout(() => {
          reject(signal.reason as Error);
        }, this.#pace.grace);
      };
    });
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([phase, ignored]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  }

  #context(): PhaseContext<Input, Data> {
    const currentData = (): Data => this.#job.data;
    return {
      job: this.#job,
      get data() {
        return currentData();
      },
      signal: this.#abort.signal,
      progress: (progress) => {
        this.#movedAt = performance.now();
        // What is done again after a lost attempt is movement, but whoever looks never sees a step back.
        const isAhead = progress.bytes_done > this.#reported.bytes_done;
        this.#reported = isAhead ? progress : { ...progress, bytes_done: this.#reported.bytes_done };
        this.#meter.read(this.#reported.bytes_done, this.#movedAt);
      },
      save: (data, work) => {
        this.#movedAt = performance.now();
        // Attempts are counted from here again only when the job came further than ever: a phase that saves the same
        // thing at its start and then fails must not be tried for ever.
        const isFurther = this.#reported.bytes_done > this.#counted;
        if (isFurther) this.#counted = this.#reported.bytes_done;
        return this.#write({ data, ...(isFurther && { attempt: 1, bytes_done: this.#counted }) }, work);
      },
      assertLease: () => this.#assertLease(),
    };
  }

  #counters(): { bytes_done: bigint; bytes_total?: bigint; rate: bigint | null; eta: number | null } {
    const total = this.#reported.bytes_total ?? this.#job.bytes_total;
    return {
      bytes_done: this.#reported.bytes_done,
      ...(total === null ? {} : { bytes_total: total }),
      rate: this.#meter.rate,
      eta: this.#meter.eta(total),
    };
  }

  async #write(
    change: Parameters<JobStore<Input, Data>['change']>[2],
    work?: (tx: EntityManager, job: JobRecord<Input, Data>) => Promise<void>,
  ): Promise<void> {
    await this.#serially(async () => {
      this.#job = await inTransaction(this.#tools.db, async (tx) => {
        const job = await this.#tools.store.change(tx, this.lease, change);
        await work?.(tx, job);
        return job;
      });
    });
  }

  /** One write at a time: a progress tick and a phase's own save must not overtake each other. */
  #serially(work: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(work);
    this.#writing = done.catch(() => undefined);
    return done;
  }

  async #emit(tx: EntityManager, event: NewEvent, job: JobRecord<Input, Data>): Promise<void> {
    await this.#tools.outbox.add(tx, event, causeOf(job));
  }

  #emitProgress(tx: EntityManager, job: JobRecord<Input, Data>): Promise<void> {
    return this.#emit(tx, this.#tools.definition.progressed(job, toView(job)), job);
  }

  /** One heartbeat: stall, lease, cancel, progress. Called early when this process knows of a cancel. */
  async beat(): Promise<void> {
    const now = performance.now();
    const idle = (now - this.#movedAt) / 1000;
    if (idle > this.#tools.definition.stallSeconds) {
      this.abort(new JobStalledError(this.#job.id, Math.round(idle)));
      return;
    }
    // Whoever cannot reach the database for so long does not know whose the job is by now.
    if (now - this.#renewedAt > this.#tools.leaseSeconds * 1000) {
      this.abort(new LeaseLostError(this.#job.id));
      return;
    }
    if (this.#beating) return; // a slow database must not get more and more of these
    this.#beating = true;
    try {
      await this.#assertLease();
      await this.#publishProgress();
    } catch (error) {
      // A lost lease or a cancel ends the attempt; a database that is away for a moment only costs one beat.
      if (error instanceof LeaseLostError || error instanceof JobCancelledError) this.abort(error);
    } finally {
      this.#beating = false;
    }
  }

  async #publishProgress(): Promise<void> {
    if (this.#reported.bytes_done === this.#published) return;
    this.#published = this.#reported.bytes_done;
    await this.#write(this.#counters(), (tx, job) => this.#emitProgress(tx, job));
  }

  async #assertLease(): Promise<void> {
    const asked = performance.now();
    const state = await this.#tools.store.renew(this.#tools.db, this.lease, this.#tools.leaseSeconds);
    if (state === null) throw new LeaseLostError(this.#job.id);
    this.#renewedAt = asked;
    if (state === 'cancelling') throw new JobCancelledError(this.#job.id);
  }
}
