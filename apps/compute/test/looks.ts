import type { EventEnvelope, ServerRecord } from '@imago/contracts';
import { eventually } from '@imago/testing';
import type { DataSource } from 'typeorm';
import type { ServerJob } from '../src/orders/server-job.ts';
import { ServerJobs } from '../src/orders/server-jobs.ts';
import { ServerRow } from '../src/servers/server.row.ts';
import type { EventRecorder } from './neighbours.ts';

const ENDED = ['succeeded', 'failed', 'cancelled'];

/** The ways a test looks at what compute has. */
export class Looks {
  readonly #store = new ServerJobs().store;

  constructor(
    private readonly db: DataSource,
    private readonly recorder: EventRecorder,
  ) {}

  async job(jobId: string): Promise<ServerJob> {
    const found = await this.#store.find(this.db.manager, jobId);
    if (found === null) throw new Error(`there is no job ${jobId}`);
    return found;
  }

  /** The job once it has ended. */
  ended(jobId: string): Promise<ServerJob> {
    return eventually(async () => {
      const found = await this.job(jobId);
      if (!ENDED.includes(found.state)) throw new Error(`job ${jobId} is ${found.state} in ${found.phase}`);
      return found;
    });
  }

  /** The row of a server, whatever its status. */
  async row(serverId: string): Promise<ServerRow> {
    return this.db.manager.findOneByOrFail(ServerRow, { id: serverId });
  }

  /** How a job ended, once its last event has come. */
  async endsOf(jobId: string): Promise<readonly string[]> {
    await this.ended(jobId);
    return eventually(() => {
      const ends = this.recorder.about(jobId).filter(({ type }) => /Succeeded|Failed|Cancelled/.test(type));
      if (ends.length === 0) throw new Error(`no event tells of the end of job ${jobId}`);
      return ends.map(({ type }) => type);
    });
  }

  /** What is told of a server, once the last of it is what is waited for. */
  told(serverId: string, types: readonly string[]): Promise<readonly EventEnvelope<{ server: ServerRecord }>[]> {
    return eventually(() => {
      const events = this.recorder.about(serverId) as readonly EventEnvelope<{ server: ServerRecord }>[];
      const found = events.map(({ type }) => type);
      if (JSON.stringify(found) !== JSON.stringify(types)) {
        throw new Error(`told of ${found.join(', ') || 'nothing'} instead of ${types.join(', ')}`);
      }
      return events;
    });
  }

  /** As if the lease of a lost worker had run out by now. */
  async expireLease(jobId: string): Promise<void> {
    await this.db.query(`UPDATE compute.jobs SET lease_until = now() - interval '1 second' WHERE id = $1`, [jobId]);
  }

  /** As if an admission had been cut off long ago. */
  async age(jobId: string): Promise<void> {
    await this.db.query(`UPDATE compute.jobs SET created_at = now() - interval '2 hours' WHERE id = $1`, [jobId]);
  }

  async count(
    table: 'jobs' | 'servers' | 'server_disks' | 'hold_releases' | 'console_chunks' | 'proof_machines',
  ): Promise<number> {
    const [row]: { count: number }[] = await this.db.query(`SELECT count(*)::int FROM compute.${table}`);
    return row?.count ?? -1;
  }
}
