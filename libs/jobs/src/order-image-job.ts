import type { JobType, JobView, Service } from '@imago/contracts';
import type { NewEvent, Outbox } from '@imago/messaging';
import { lockName } from '@imago/persistence';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { requestHash, requireSameRequest } from './admission.ts';
import { type JobAnswer, type JobRecord, toView } from './job-record.ts';
import type { JobStore } from './job-store.ts';

/** Which image something is to be found out about, on whose account. */
export interface ImageOrder {
  readonly image_id: string;
  readonly region: string;
  readonly project_id: string;
  /** The same order has the same key. */
  readonly key: string;
  /** Null: nobody in person. */
  readonly actor: string | null;
  readonly correlation_id: string;
}

/** How such a job begins. */
export interface ImageOrderTools<Input, Data> {
  readonly store: JobStore<Input, Data>;
  readonly outbox: Outbox;
  /** Whose jobs they are. */
  readonly service: Service;
  readonly type: JobType;
  readonly phase: string;
  readonly input: Input;
  readonly data: Data;
  readonly requested: (job: JobRecord<Input, Data>, view: JobView) => NewEvent;
}

/**
 * Records that something is to be found out about an image. One at a time: two workers would find out the same.
 * @returns the new job, the one that was ordered under the key, or the one that is at work on the image at this moment.
 * @throws Refusal request.idempotency_conflict
 */
export async function orderImageJob<Input, Data>(
  tx: EntityManager,
  { image_id, key, ...about }: ImageOrder,
  { store, outbox, service, type, phase, input, data, requested }: ImageOrderTools<Input, Data>,
): Promise<JobAnswer> {
  await lockName(tx, `${service}.${type}.${image_id}`);
  const [alive] = await store.lockAliveOfImage(tx, image_id);
  if (alive !== undefined) return { job: toView(alive), event_ids: [] };
  const asked = { image_id, region: about.region, idempotency_key: null };
  const hash = requestHash(type, asked);
  const begun = { type, image_id, phase, input, data, idempotency_key: key, request_hash: hash };
  const { job, created } = await store.insert(tx, { ...about, ...begun, id: uuidv7() });
  requireSameRequest(job, hash);
  if (!created) return { job: toView(job), event_ids: [] };
  const queued = await store.admit(tx, job.id);
  if (queued === null) throw new Error(`Job ${job.id} is not being admitted`);
  const view = toView(queued);
  const cause = { correlation_id: about.correlation_id };
  return { job: view, event_ids: [await outbox.add(tx, requested(queued, view), cause)] };
}
