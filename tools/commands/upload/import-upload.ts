import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobOnBoard } from '@imago/contracts';
import type { Door } from './door.ts';

/** Milliseconds between two looks at a job. */
const LOOK = 500;

/** What is asked for, and where. */
export interface Order {
  readonly path: string;
  readonly body: object;
}

/** Makes an image of an upload, and waits for it. The same order finds its job again; one that failed is ordered anew. */
export function importUpload(door: Door, uploadId: string, order: object, signal: AbortSignal): Promise<JobOnBoard> {
  return ordered(door, { path: '/v1/imports', body: { source: `upload://${uploadId}`, ...order } }, signal);
}

/** Orders an image and waits for it, as {@link importUpload}. */
export async function ordered(door: Door, { path, body }: Order, signal: AbortSignal): Promise<JobOnBoard> {
  const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 32);
  for (let key = hash; ;) {
    const job = await door.ask<JobOnBoard>('POST', path, body, { 'idempotency-key': key });
    if (job.state !== 'failed' && job.state !== 'cancelled') return ended(door, job.id, signal);
    key = `${hash}-after-${job.id}`;
  }
}

/** @throws Error with the job's own reason when it did not succeed */
async function ended(door: Door, id: string, signal: AbortSignal): Promise<JobOnBoard> {
  let phase = '';
  for (;;) {
    const job = await door.ask<JobOnBoard>('GET', `/v1/jobs/${id}`);
    if (job.phase !== phase) console.error(`  import: ${(phase = job.phase)}`);
    if (job.state === 'succeeded') return job;
    if (job.finished_at !== null) {
      throw new Error(`The import ${job.state}: ${job.error?.message ?? 'no reason given'} ${job.error?.remedy ?? ''}`);
    }
    await delay(LOOK, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}
