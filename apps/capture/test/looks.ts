import type { EventEnvelope } from '@imago/contracts';
import { eventually } from '@imago/testing';
import type { DataSource } from 'typeorm';
import type { ImageJob } from '../src/jobs/image-job.ts';
import { ImageJobs } from '../src/jobs/image-jobs.ts';
import type { EventRecorder } from './neighbours.ts';

const ENDED = ['succeeded', 'failed', 'cancelled'];

/** The ways a test looks at what capture has. */
export class Looks {
  readonly #store = new ImageJobs().store;

  constructor(
    private readonly db: DataSource,
    private readonly recorder: EventRecorder,
  ) {}

  async job(jobId: string): Promise<ImageJob> {
    const found = await this.#store.find(this.db.manager, jobId);
    if (found === null) throw new Error(`there is no job ${jobId}`);
    return found;
  }

  /** The job once it has ended. */
  ended(jobId: string): Promise<ImageJob> {
    const attempt = async (): Promise<ImageJob> => {
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
      const events = this.recorder.about(image_id ?? '').filter((event) => jobOf(event) === jobId);
      const last = events.at(-1)?.type ?? 'nothing';
      if (!/Captured|Digested|Flattened|Failed|Cancelled/.test(last)) throw new Error(`the last event is ${last}`);
      return events;
    });
  }

  /** The only job of a type there is for an image, once there is one. */
  jobOfImage(imageId: string, type: string): Promise<string> {
    return eventually(async () => {
      const rows: { id: string }[] = await this.db.query(
        'SELECT id FROM capture.jobs WHERE image_id = $1 AND type = $2',
        [imageId, type],
      );
      const [row] = rows;
      if (row === undefined || rows.length > 1) throw new Error(`${rows.length} jobs of type ${type}`);
      return row.id;
    });
  }

  /** The job under an idempotency key. */
  async jobUnder(key: string): Promise<string> {
    const sql = 'SELECT id FROM capture.jobs WHERE idempotency_key = $1';
    const [row]: { id: string }[] = await this.db.query(sql, [key]);
    if (row === undefined) throw new Error(`there is no job under ${key}`);
    return row.id;
  }

  /** How many locks capture still has to release. */
  async locks(): Promise<number> {
    const [row]: { count: number }[] = await this.db.query('SELECT count(*)::int FROM capture.server_locks');
    return row?.count ?? -1;
  }

  /** The parts a job has in the journal. */
  async journalOf(jobId: string): Promise<readonly number[]> {
    const rows: { part_number: number }[] = await this.db.query(
      'SELECT part_number FROM capture.parts WHERE job_id = $1 ORDER BY part_number',
      [jobId],
    );
    return rows.map((row) => row.part_number);
  }

  /** As if the lease of a lost worker had run out by now; that of the worker with this fencing token only, if given. */
  async expireLease(jobId: string, fencingToken: bigint | null = null): Promise<void> {
    await this.db.query(
      `UPDATE capture.jobs SET lease_until = now() - make_interval(secs => 1)
       WHERE id = $1 AND ($2::bigint IS NULL OR fencing_token = $2)`,
      [jobId, fencingToken?.toString() ?? null],
    );
  }
}

function jobOf({ data }: EventEnvelope): string {
  return (data as { job: { id: string } }).job.id;
}
