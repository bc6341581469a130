import { type JobAnswer, requestHash, requireSameRequest, toView } from '@imago/jobs';
import { Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { scanRequested } from './scan-events.ts';
import { ScanJobs } from './scan-jobs.ts';

/** Which image is to be scanned, on whose account. */
export interface ScanOrder {
  readonly image_id: string;
  readonly region: string;
  readonly project_id: string;
  /** The same order has the same key. */
  readonly key: string;
  /** Null: nobody in person. */
  readonly actor: string | null;
  readonly correlation_id: string;
}

/** Records that an image is to be scanned. One at a time: two scanners would find the same. */
@Injectable()
export class OrderImageScan {
  constructor(
    private readonly jobs: ScanJobs,
    private readonly outbox: Outbox,
  ) {}

  /**
   * @returns the new job, the one that was ordered under the key, or the one that scans the image at this moment.
   * @throws Refusal request.idempotency_conflict
   */
  async record(tx: EntityManager, order: ScanOrder): Promise<JobAnswer> {
    const { image_id, key, ...about } = order;
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`import.scan.${image_id}`]);
    const [alive] = await this.jobs.store.lockAliveOfImage(tx, image_id);
    if (alive !== undefined) return { job: toView(alive), event_ids: [] };
    const asked = { image_id, region: order.region, idempotency_key: null };
    const hash = requestHash('scan', asked);
    const { job, created } = await this.jobs.store.insert(tx, {
      ...about,
      id: uuidv7(),
      type: 'scan',
      image_id,
      phase: 'scan',
      input: {},
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
    return { job: view, event_ids: [await this.outbox.add(tx, scanRequested(queued, view), cause)] };
  }
}
