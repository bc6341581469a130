import { inTransaction } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { HoldReleases } from '../holds/hold-releases.ts';
import { ServersRepository } from '../servers/servers.repository.ts';
import { newDiskIdsOf, type ServerJob } from './server-job.ts';
import { ServerJobs } from './server-jobs.ts';

/** Undoes an admission: the job, the task of its server, and what was held for its disks. */
@Injectable()
export class TakeBack {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: ServerJobs,
    private readonly servers: ServersRepository,
    private readonly releases: HoldReleases,
  ) {}

  /** @returns false when the job was promised or taken back meanwhile; then nothing has changed. */
  async execute(job: ServerJob): Promise<boolean> {
    const isTaken = await inTransaction(this.db, async (tx) => {
      if (!(await this.jobs.store.forget(tx, job.id))) return false;
      for (const server of await this.servers.lockOfJob(tx, job.id)) {
        await this.servers.update(tx, server, { task: null, job_id: null });
      }
      await this.#release(tx, job);
      return true;
    });
    if (isTaken) this.releases.wake();
    return isTaken;
  }

  /** Ends what was held for an admission that somebody else had taken back, while it went on holding. */
  async releaseOnly(job: ServerJob): Promise<void> {
    await this.#release(this.db.manager, job);
    this.releases.wake();
  }

  async #release(tx: EntityManager, job: ServerJob): Promise<void> {
    await this.releases.add(tx, newDiskIdsOf(job.input), job);
  }
}
