import {
  type DeleteServer,
  type OperateServer as OperateServerContract,
  refusal,
  type RequestOf,
  type ServerStatus,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { requireServer } from '../servers/server-access.ts';
import type { ServerRow } from '../servers/server.row.ts';
import { ServersRepository } from '../servers/servers.repository.ts';
import { type OrderAnswer, OrderAnswers } from './order-answer.ts';
import { OrderTask } from './order-task.ts';
import type { ServerInput } from './server-job.ts';
import { ServerJobs } from './server-jobs.ts';

type Request = RequestOf<typeof OperateServerContract>;

/** The status a server must have for each action. */
const ALLOWED: Readonly<Record<Request['action'], ServerStatus>> = {
  start: 'stopped',
  stop: 'running',
  reboot: 'running',
};

/** Orders that switch a server on or off, or make it go away. */
@Injectable()
export class OperateServer {
  constructor(
    private readonly db: DataSource,
    private readonly orders: OrderTask,
    private readonly jobs: ServerJobs,
    private readonly servers: ServersRepository,
    private readonly answers: OrderAnswers,
  ) {}

  /** @throws Refusal as the contract of `compute.operateServer` names them; then nothing has changed. */
  operate(request: Request, context: RequestContext): Promise<OrderAnswer> {
    const { server_id, region, action, idempotency_key } = request;
    const requireState = (server: ServerRow): void => {
      if (server.status === ALLOWED[action]) return;
      throw refusal('server.wrong_state', `A server that is ${server.status} cannot be told to ${action}.`, {
        status: server.status,
        needed: ALLOWED[action],
      });
    };
    return this.orders.execute(
      {
        action: 'server.operate',
        server_id,
        region,
        idempotency_key,
        image_id: null,
        input: inputOf(request),
        requireState,
      },
      context,
    );
  }

  /**
   * One that is being deleted already is answered with the job that does it.
   * @throws Refusal as the contract of `compute.deleteServer` names them; then nothing has changed.
   */
  async delete(request: RequestOf<typeof DeleteServer>, context: RequestContext): Promise<OrderAnswer> {
    const { server_id, region } = request;
    const found = await this.servers.find(this.db.manager, server_id);
    const server = requireServer('server.delete', found, { region, context });
    if (server.task === 'deleting' && server.job_id !== null) {
      const job = await this.jobs.store.find(this.db.manager, server.job_id);
      if (job !== null) return this.answers.of(this.db.manager, job);
    }
    return this.orders.execute(
      {
        action: 'server.delete',
        server_id,
        region,
        idempotency_key: null,
        image_id: null,
        input: { task: 'deleting', server_id },
        requireState: () => undefined, // whatever it is, it may go
      },
      context,
    );
  }
}

function inputOf({ action, server_id, hard }: Request): ServerInput {
  switch (action) {
    case 'start':
      return { task: 'starting', server_id };
    case 'stop':
      return { task: 'stopping', server_id, hard };
    case 'reboot':
      return { task: 'rebooting', server_id, hard };
    default:
      return action satisfies never;
  }
}
