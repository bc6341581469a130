import { type ChangeServerOs as ChangeServerOsContract, refusal, type RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { inTransaction } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { ServerRow } from '../servers/server.row.ts';
import { GiveTask } from './give-task.ts';
import { HoldImages } from './hold-images.ts';
import { isCertain } from './idempotency.ts';
import { type OrderAnswer, OrderAnswers } from './order-answer.ts';
import { PromiseSystem } from './promise-system.ts';
import { inputFor, type ServerInput } from './server-job.ts';
import { TakeBack } from './take-back.ts';

type Request = RequestOf<typeof ChangeServerOsContract>;

/** Accepts another system for a stopped server, or refuses it at once. The server is kept for the order meanwhile. */
@Injectable()
export class ChangeServerOs {
  constructor(
    private readonly db: DataSource,
    private readonly giveTask: GiveTask,
    private readonly holds: HoldImages,
    private readonly promises: PromiseSystem,
    private readonly takeBack: TakeBack,
    private readonly answers: OrderAnswers,
  ) {}

  /** @throws Refusal as the contract of `compute.changeServerOs` names them; then nothing has changed. */
  async execute(request: Request, context: RequestContext): Promise<OrderAnswer> {
    const job = await this.#record(request, context);
    if (job.state !== 'admitting') return this.answers.of(this.db.manager, job);
    let isHolding = true;
    try {
      const { image_id, disk_id } = inputFor(job, 'changing_os');
      const held = await this.holds.hold([{ image_id, disk_ids: [disk_id] }], job.region, context);
      isHolding = false;
      const image = held.get(image_id);
      if (image === undefined) throw new Error(`Image ${image_id} is not held`);
      const answer = await this.promises.execute(job, image);
      if (answer !== null) return answer;
    } catch (error) {
      if (!isHolding || isCertain(error)) await this.takeBack.execute(job);
      throw error;
    }
    await this.takeBack.releaseOnly(job);
    throw refusal('request.timeout', 'The order took too long to be accepted and was taken back.');
  }

  #record({ server_id, region, image_id, user_data, idempotency_key }: Request, context: RequestContext) {
    const identity = { task: 'changing_os', server_id, image_id, user_data };
    const input: ServerInput = { task: 'changing_os', server_id, image_id, user_data, disk_id: uuidv7() };
    const action = 'server.change_os';
    const order = { action, server_id, region, idempotency_key, image_id, input, identity, requireState } as const;
    return inTransaction(this.db, (tx) => this.giveTask.record(tx, order, context));
  }
}

function requireState({ id, status }: ServerRow): void {
  if (status === 'stopped') return;
  throw refusal('server.not_stopped', `Server ${id} is ${status}; only a stopped one gets another system.`, { status });
}
