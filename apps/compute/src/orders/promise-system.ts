import type { JobRunner } from '@imago/jobs';
import { inTransaction } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { GIB } from '../servers/server-spec.ts';
import { ServersRepository } from '../servers/servers.repository.ts';
import { type HeldImage, marksOf, systemDiskSize } from './image-rules.ts';
import type { OrderAnswer } from './order-answer.ts';
import { PromiseTools } from './promise-tools.ts';
import { inputFor, type ServerData, type ServerInput, type ServerJob } from './server-job.ts';
import { SERVER_RUNNER, ServerJobs } from './server-jobs.ts';

/** Promises a server its new system: from there on its job will end. */
@Injectable()
export class PromiseSystem {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: ServerJobs,
    private readonly servers: ServersRepository,
    private readonly tools: PromiseTools,
    @Inject(SERVER_RUNNER) private readonly runner: JobRunner<ServerInput, ServerData>,
  ) {}

  /**
   * @returns the answer, also when the same order was promised meanwhile; null when it was taken back.
   * @throws Refusal server.image_unusable, server.ram_too_small, server.host_disk_full
   */
  async execute(job: ServerJob, held: HeldImage): Promise<OrderAnswer | null> {
    const { server_id, image_id, disk_id } = inputFor(job, 'changing_os');
    const answer = await inTransaction(this.db, async (tx) => {
      const current = await this.jobs.store.lock(tx, job.id);
      if (current === null) return null;
      if (current.state !== 'admitting') return this.tools.answers.of(tx, current);
      const server = await this.servers.lock(tx, server_id);
      if (server === null) throw new Error(`Server ${server_id} of job ${job.id} is gone`);
      const size_gib = systemDiskSize(held, { ram: server.ram, system_disk_gib: null });
      const old = (await this.servers.disks(tx, [server_id])).find(({ role }) => role === 'system');
      await this.tools.capacity.requireDisk(tx, server.host_id, {
        disk: BigInt(size_gib - (old?.size_gib ?? 0)) * GIB,
        uefi: held.image.boot_mode === 'uefi',
      });
      const disk = {
        id: disk_id,
        server_id,
        role: 'incoming',
        position: 0,
        size_gib,
        image_id,
        base: held.object,
      } as const;
      await this.servers.addDisk(tx, disk);
      return this.tools.orders.promise(tx, current, { image: marksOf(held.image) });
    });
    this.runner.wake();
    return answer;
  }
}
