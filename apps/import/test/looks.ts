import type { EventEnvelope } from '@imago/contracts';
import { eventually } from '@imago/testing';
import type { DataSource } from 'typeorm';
import type { ImportJob } from '../src/imports/import-job.ts';
import { ImportJobs } from '../src/imports/import-jobs.ts';
import type { EventRecorder } from './neighbours.ts';

const ENDED = ['succeeded', 'failed', 'cancelled'];

/** The ways a test looks at what import has. */
export class Looks {
  readonly #store = new ImportJobs().store;

  constructor(
    private readonly db: DataSource,
    private readonly recorder: EventRecorder,
  ) {}

  async job(jobId: string): Promise<ImportJob> {
    const found = await this.#store.find(this.db.manager, jobId);
    if (found === null) throw new Error(`there is no job ${jobId}`);
    return found;
  }

  /** The job once it has ended. */
  ended(jobId: string): Promise<ImportJob> {
    const attempt = async (): Promise<ImportJob> => {
      const found = await this.job(jobId);
      if (!ENDED.includes(found.state)) throw new Error(`job ${jobId} is ${found.state} in ${found.phase}`);
      return found;
    };
    return eventually(attempt);
  }

  /** The events of a job once the last of them has come. */
  async eventsOf(jobId: string): Promise<readonly EventEnvelope[]> {
    const { image_id } = await this.ended(jobId);
    return eventually(() => {
      const events = this.recorder.about(image_id ?? '');
      const last = events.at(-1)?.type ?? 'nothing';
      if (!/Imported|Failed|Cancelled/.test(last)) throw new Error(`the last event is ${last}`);
      return events;
    });
  }

  /** The parts a job has in the journal. */
  async journalOf(jobId: string): Promise<readonly number[]> {
    const rows: { part_number: number }[] = await this.db.query(
      'SELECT part_number FROM import.parts WHERE job_id = $1 ORDER BY part_number',
      [jobId],
    );
    return rows.map((row) => row.part_number);
  }

  /** As if the lease of a lost worker had run out by now; that of the worker with this fencing token only, if given. */
  async expireLease(jobId: string, fencingToken: bigint | null = null): Promise<void> {
    await this.db.query(
      `UPDATE import.jobs SET lease_until = now() - make_interval(secs => 1)
       WHERE id = $1 AND ($2::bigint IS NULL OR fencing_token = $2)`,
      [jobId, fencingToken?.toString() ?? null],
    );
  }
}
