import { type JobAnswer, requestHash, requireSameRequest, toView } from '@imago/jobs';
import { Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { bootProofRequested } from './boot-proof-events.ts';
import { BootProofJobs } from './boot-proof-jobs.ts';

/** Which image is to be booted, on whose account. */
export interface BootProofOrder {
  readonly image_id: string;
  readonly region: string;
  readonly project_id: string;
  /** The same order has the same key. */
  readonly key: string;
  /** Null: nobody in person. */
  readonly actor: string | null;
  readonly correlation_id: string;
}

/** Records that an image is to be booted. One at a time: two machines would find out the same. */
@Injectable()
export class OrderBootProof {
  constructor(
    private readonly jobs: BootProofJobs,
    private readonly outbox: Outbox,
  ) {}

  /**
   * @returns the new job, the one that was ordered under the key, or the one that boots the image at this moment.
   * @throws Refusal request.idempotency_conflict
   */
  async record(tx: EntityManager, order: BootProofOrder): Promise<JobAnswer> {
    const { image_id, key, ...about } = order;
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`compute.boot_proof.${image_id}`]);
    const [alive] = await this.jobs.store.lockAliveOfImage(tx, image_id);
    if (alive !== undefined) return { job: toView(alive), event_ids: [] };
    const asked = { image_id, region: order.region, idempotency_key: null };
    const hash = requestHash('boot_proof', asked);
    const { job, created } = await this.jobs.store.insert(tx, {
      ...about,
      id: uuidv7(),
      type: 'boot_proof',
      image_id,
      phase: 'hold',
      input: { disk_id: uuidv7() },
      data: {},
      idempotency_key: key,
      request_hash: hash,
    });
    requireSameRequest(job, hash);
    if (!created) return { job: toView(job), event_ids: [] };
    const queued = await this.jobs.store.admit(tx, job.id);
    if (queued === null) throw new Error(`Job ${job.id} is not being admitted`);
    const view = toView(queued);
    const cause = { correlation_id: order.correlation_id };
    return { job: view, event_ids: [await this.outbox.add(tx, bootProofRequested(queued, view), cause)] };
  }
}
