import {
  type CreateServers as CreateServersContract,
  type DataDiskWish,
  findFlavor,
  type Flavor,
  MOST_DATA_DISKS,
  refusal,
  type RequestOf,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { Regions } from '@imago/object-store';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';
import { requireNetwork } from '../servers/network-names.ts';
import { CreateAdmission } from './create-admission.ts';
import { orderHash, orderKey, requireSameOrder } from './idempotency.ts';
import { type OrderAnswer, OrderAnswers } from './order-answer.ts';
import type { InputOf, ServerJob } from './server-job.ts';
import { ServerJobs } from './server-jobs.ts';

type Request = RequestOf<typeof CreateServersContract>;

/**
 * Accepts new servers or refuses them at once. The order is recorded first, then catalog holds the images, then the
 * servers are promised: a crash between leaves an admission that is taken back, never a hold without an owner.
 */
@Injectable()
export class CreateServers {
  constructor(
    private readonly db: DataSource,
    private readonly regions: Regions,
    private readonly jobs: ServerJobs,
    private readonly admission: CreateAdmission,
    private readonly answers: OrderAnswers,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {}

  /** @throws Refusal as the contract of `compute.createServers` names them; then nothing has changed. */
  async execute(request: Request, context: RequestContext): Promise<OrderAnswer> {
    requireAllowed('server.create', context, 'owner');
    this.regions.get(request.region);
    const flavor = requireFlavor(request.flavor);
    requireNetwork(this.config.COMPUTE_NETWORKS, request.network);
    this.#requireCount(request.count);
    const machineDisks = await this.admission.disksBrought(request, context);
    requireFewDisks(machineDisks.length + request.data_disks.length);
    const job = await this.#record(request, machineDisks, context);
    if (job.state !== 'admitting') return this.answers.of(this.db.manager, job);
    return this.admission.admit(job, flavor, context);
  }

  #requireCount(count: number): void {
    const maximum = this.config.COMPUTE_BATCH_LIMIT;
    if (count <= maximum) return;
    throw refusal('server.count_exceeded', `One order makes at most ${maximum} servers, not ${count}.`, {
      count,
      maximum,
    });
  }

  async #record(request: Request, machineDisks: readonly DataDiskWish[], context: RequestContext): Promise<ServerJob> {
    const hash = orderHash({ ...request, idempotency_key: null });
    const { job } = await this.jobs.store.insert(this.db.manager, {
      id: uuidv7(),
      type: 'server',
      project_id: context.project_id,
      region: request.region,
      image_id: request.image_id,
      phase: 'build',
      input: newInput(request, machineDisks),
      data: {},
      idempotency_key: orderKey(request.idempotency_key, context, context.project_id),
      request_hash: hash,
      actor: context.user_id,
      correlation_id: context.correlation_id,
    });
    requireSameOrder(job, hash);
    return job;
  }
}

/** @throws Refusal server.disks_exceeded */
function requireFewDisks(count: number): void {
  if (count <= MOST_DATA_DISKS) return;
  const message = `A server has at most ${MOST_DATA_DISKS} data disks, those of its image among them, not ${count}.`;
  throw refusal('server.disks_exceeded', message, { count, maximum: MOST_DATA_DISKS });
}

/** @throws Refusal server.flavor_not_found */
function requireFlavor(name: string): Flavor {
  const flavor = findFlavor(name);
  if (flavor === null) throw refusal('server.flavor_not_found', `There is no flavor ${JSON.stringify(name)}.`);
  return flavor;
}

function newInput(request: Request, machine_disks: readonly DataDiskWish[]): InputOf<'creating'> {
  const servers = Array.from({ length: request.count }, () => ({
    id: uuidv7(),
    system_disk_id: uuidv7(),
    data_disk_ids: [...machine_disks, ...request.data_disks].map(() => uuidv7()),
  }));
  return { task: 'creating', request, servers, ...(machine_disks.length > 0 && { machine_disks }) };
}
