import type { EventEnvelope } from '@imago/contracts';
import { eventually } from '@imago/testing';
import type { DataSource } from 'typeorm';
import type { TransferJob } from '../src/jobs/transfer-job.ts';
import { TransferJobs } from '../src/jobs/transfer-jobs.ts';
import type { EventRecorder } from './neighbours.ts';

const ENDED = ['succeeded', 'failed', 'cancelled'];

/** The ways a test looks at what export has. */
export class Looks {
  readonly #store = new TransferJobs().store;

  constructor(
    private readonly db: DataSource,
    private readonly recorder: EventRecorder,
  ) {}

  async job(jobId: string): Promise<TransferJob> {
    const found = await this.#store.find(this.db.manager, jobId);
    if (found === null) throw new Error(`there is no job ${jobId}`);
    return found;
  }

  /** The job once it has ended. */
  ended(jobId: string): Promise<TransferJob> {
    const attempt = async (): Promise<TransferJob> => {
      const found = await this.job(jobId);
      if (!ENDED.includes(found.state)) throw new Error(`job ${jobId} is ${found.state} in ${found.phase}`);
      return found;
    };
    return eventually(attempt);
  }

  /** The events of a job once the last of them has come. */
  async eventsOf(jobId: string): Promise<readonly EventEnvelope[]> {
    await this.ended(jobId);
    return eventually(() => {
      const events = this.recorder.events.filter((event) => jobOf(event) === jobId);
      const last = events.at(-1)?.type ?? 'nothing';
      if (!/Exported|Copied|Failed|Cancelled/.test(last)) throw new Error(`the last event is ${last}`);
      return events;
    });
  }

  /** How many copies still hear of the images they are made of. */
  async copySources(): Promise<number> {
    const [row]: { count: number }[] = await this.db.query('SELECT count(*)::int FROM export.copy_sources');
    return row?.count ?? -1;
  }

  /** Resolves when export has heard of an event; whoever was told of it may have looked into it by then. */
  heard(eventId: string): Promise<void> {
    return eventually(async () => {
      const rows: unknown[] = await this.db.query('SELECT 1 FROM export.inbox WHERE message_id = $1', [eventId]);
      if (rows.length === 0) throw new Error('it has not heard of the event');
    });
  }

  /** The parts a job has in the journal. */
  async journalOf(jobId: string): Promise<readonly number[]> {
    const rows: { part_number: number }[] = await this.db.query(
      'SELECT part_number FROM export.parts WHERE job_id = $1 ORDER BY part_number',
      [jobId],
    );
    return rows.map((row) => row.part_number);
  }

  /** Whether something of a job may still be in its bucket that does not belong there. */
  async isCleared(jobId: string): Promise<boolean> {
    const rows: unknown[] = await this.db.query('SELECT 1 FROM export.destinations WHERE job_id = $1', [jobId]);
    return rows.length === 0;
  }

  /** As if the lease of a lost worker had run out by now; that of the worker with this fencing token only, if given. */
  async expireLease(jobId: string, fencingToken: bigint | null = null): Promise<void> {
    await this.db.query(
      `UPDATE export.jobs SET lease_until = now() - make_interval(secs => 1)
       WHERE id = $1 AND ($2::bigint IS NULL OR fencing_token = $2)`,
      [jobId, fencingToken?.toString() ?? null],
    );
  }
}

function jobOf({ data }: EventEnvelope): string | undefined {
  return (data as { job?: { id: string } }).job?.id;
}
