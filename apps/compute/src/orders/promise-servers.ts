import type { JobRunner } from '@imago/jobs';
import { inTransaction } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';
import { someMacAddress } from '../servers/mac-address.ts';
import { requireNetwork } from '../servers/network-names.ts';
import { type NewServer, ServersRepository } from '../servers/servers.repository.ts';
import type { OrderAnswer } from './order-answer.ts';
import type { ServersPlan } from './plan-servers.ts';
import { PromiseTools } from './promise-tools.ts';
import { inputFor, type ServerData, type ServerInput, type ServerJob } from './server-job.ts';
import { SERVER_RUNNER, ServerJobs } from './server-jobs.ts';

/** How often addresses are drawn again that turn out to be taken. */
const DRAWS = 10;

/** Finds a host for planned servers and promises them: from there on they are there, and their job will end. */
@Injectable()
export class PromiseServers {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: ServerJobs,
    private readonly tools: PromiseTools,
    private readonly servers: ServersRepository,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
    @Inject(SERVER_RUNNER) private readonly runner: JobRunner<ServerInput, ServerData>,
  ) {}

  /**
   * @returns the answer, also when the same order was promised meanwhile; null when it was taken back.
   * @throws Refusal server.host_not_available, server.host_disk_full, server.host_memory_full
   */
  async execute(job: ServerJob, plan: ServersPlan): Promise<OrderAnswer | null> {
    for (let draw = 1; ; draw++) {
      try {
        const answer = await inTransaction(this.db, (tx) => this.#promise(tx, job, plan));
        this.runner.wake();
        return answer;
      } catch (error) {
        if (draw === DRAWS || !isTakenAddress(error)) throw error;
      }
    }
  }

  async #promise(tx: EntityManager, job: ServerJob, plan: ServersPlan): Promise<OrderAnswer | null> {
    const current = await this.jobs.store.lock(tx, job.id);
    if (current === null) return null;
    if (current.state !== 'admitting') return this.tools.answers.of(tx, current);
    const hostId = await this.tools.capacity.place(tx, job.region, plan.needed);
    await this.servers.insert(tx, this.#rows(job, plan, hostId), plan.disks);
    return this.tools.orders.promise(tx, current, {}, hostId);
  }

  #rows(job: ServerJob, { flavor, image, names }: ServersPlan, hostId: string): NewServer[] {
    const { request, servers } = inputFor(job, 'creating');
    const network = requireNetwork(this.config.COMPUTE_NETWORKS, request.network);
    return servers.map(({ id }, index) => ({
      id,
      region: job.region,
      project_id: job.project_id,
      host_id: hostId,
      name: names[index] ?? request.name,
      task: 'creating',
      job_id: job.id,
      flavor: flavor.name,
      vcpus: flavor.vcpus,
      ram: flavor.ram,
      ...image,
      network: network.name,
      restricted: network.restricted,
      mac_address: someMacAddress(),
      user_data: request.user_data,
    }));
  }
}

function isTakenAddress(error: unknown): boolean {
  return error instanceof QueryFailedError && error.message.includes('servers_mac_address_key');
}
