import { refusal } from '@imago/contracts';
import type { Action, RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { requireServer, serverNotFound } from '../servers/server-access.ts';
import type { ServerRow } from '../servers/server.row.ts';
import { ServersRepository } from '../servers/servers.repository.ts';
import { orderHash, orderKey, requireSameOrder } from './idempotency.ts';
import { FIRST_PHASES, type ServerInput, type ServerJob } from './server-job.ts';
import { ServerJobs } from './server-jobs.ts';

/** Tasks of servers that are off after which a disk may not be what it was. */
const MAY_CHANGE_DISKS: ReadonlySet<ServerInput['task']> = new Set(['starting', 'changing_os']);

/** An order for one server that is there. */
export interface TaskOrder {
  readonly action: Action;
  readonly server_id: string;
  readonly region: string;
  readonly idempotency_key: string | null;
  readonly image_id: string | null;
  readonly input: ServerInput;
  /** What of the input makes it the same order when it is asked again; all of it when absent. */
  readonly identity?: object;
  /** Refuses what the state of the server does not allow. */
  readonly requireState: (server: ServerRow) => void;
}

/** A server takes one task at a time: whoever records an order has the server to itself until the job has ended. */
@Injectable()
export class GiveTask {
  constructor(
    private readonly servers: ServersRepository,
    private readonly jobs: ServerJobs,
  ) {}

  /**
   * Records the job of an order and gives the server its task, or finds the job of the same order asked before.
   * @returns the job, still `admitting` when it is new.
   * @throws Refusal server.not_found, auth.forbidden, request.idempotency_conflict, server.busy, and what the state
   * does not allow; then nothing has changed.
   */
  async record(tx: EntityManager, order: TaskOrder, context: RequestContext): Promise<ServerJob> {
    const { action, region, input } = order;
    const server = requireServer(action, await this.servers.lock(tx, order.server_id), { region, context });
    const hash = orderHash(order.identity ?? input);
    const { job, created } = await this.jobs.store.insert(tx, {
      id: uuidv7(),
      type: 'server',
      project_id: server.project_id,
      region: server.region,
      image_id: order.image_id,
      host_id: server.host_id,
      phase: FIRST_PHASES[input.task],
      input,
      data: {},
      idempotency_key: orderKey(order.idempotency_key, context, server.project_id),
      request_hash: hash,
      actor: context.user_id,
      correlation_id: context.correlation_id,
    });
    requireSameOrder(job, hash);
    if (!created) return job;
    if (server.status === 'deleted') throw serverNotFound();
    requireIdle(server);
    order.requireState(server);
    const disk_generation = server.disk_generation + (MAY_CHANGE_DISKS.has(input.task) ? 1 : 0);
    await this.servers.update(tx, server, { task: input.task, job_id: job.id, disk_generation });
    return job;
  }
}

function requireIdle({ id, task, job_id }: ServerRow): void {
  if (task === null) return;
  throw refusal('server.busy', `Server ${id} is ${task.replace('_', ' ')}.`, { task, job_id });
}
