import type { Cause } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { HoldReleases } from '../holds/hold-releases.ts';
import type { ServerRow } from '../servers/server.row.ts';
import { type ServerChanges, ServersRepository } from '../servers/servers.repository.ts';
import { type ServerHappening, TellOfServer } from '../servers/tell-of-server.ts';
import { outcomeOf } from './job-outcome.ts';
import { inputFor, type ServerJob } from './server-job.ts';

/**
 * What the end of a job means for its servers, in the transaction that ends it, whatever the end: none keeps a task whose
 * job is over, and what was ordered and what it is are never two stories.
 */
@Injectable()
export class EndOfJob {
  constructor(
    private readonly servers: ServersRepository,
    private readonly releases: HoldReleases,
    private readonly tellOf: TellOfServer,
  ) {}

  async execute(tx: EntityManager, job: ServerJob): Promise<void> {
    for (const server of await this.servers.lockOfJob(tx, job.id)) {
      if (job.input.task === 'changing_os') await this.#settleDisks(tx, job);
      const { changes, happening } = outcomeOf(job, server);
      await this.#change(tx, server, { changes, happening, job });
    }
  }

  async #change(
    tx: EntityManager,
    server: ServerRow,
    { changes, happening, job }: { changes: ServerChanges; happening: ServerHappening | null; job: ServerJob },
  ): Promise<void> {
    const row = await this.servers.update(tx, server, { ...changes, task: null, job_id: null });
    const cause = causeOf(job);
    if (row.status === 'deleted') {
      const disks = await this.servers.disks(tx, [row.id]);
      const held = disks.filter(({ base }) => base !== null).map(({ id }) => id);
      await this.releases.add(tx, held, job);
      await tx.query('DELETE FROM compute.console_chunks WHERE server_id = $1', [row.id]);
    }
    if (happening !== null) await this.tellOf.tell(tx, row, happening, cause);
  }

  /** One system disk stays and the others let go; while nobody knows which one the host has, all of them stay. */
  async #settleDisks(tx: EntityManager, job: ServerJob): Promise<void> {
    const { server_id, disk_id } = inputFor(job, 'changing_os');
    const systems = (await this.servers.disks(tx, [server_id])).filter(({ role }) => role !== 'data');
    const succeeded = job.state === 'succeeded';
    if (!succeeded && job.data.begun === true) return;
    const gone = systems.filter(({ id }) => (succeeded ? id !== disk_id : id === disk_id));
    for (const { id } of gone) await this.servers.removeDisk(tx, id);
    await this.releases.add(
      tx,
      gone.map(({ id }) => id),
      job,
    );
    if (succeeded) await this.servers.makeSystemDisk(tx, disk_id);
  }
}

/** What the events of a job's servers were caused by: the request that ordered it, and who sent that. */
export function causeOf(job: ServerJob): Cause {
  return { correlation_id: job.correlation_id, ...(job.actor === null ? {} : { actor: job.actor }) };
}
