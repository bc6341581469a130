import { type ImageOrder, type JobAnswer, orderImageJob } from '@imago/jobs';
import { Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { bootProofRequested } from './boot-proof-events.ts';
import { BootProofJobs } from './boot-proof-jobs.ts';

/** Records that an image is to be booted. */
@Injectable()
export class OrderBootProof {
  constructor(
    private readonly jobs: BootProofJobs,
    private readonly outbox: Outbox,
  ) {}

  /** @throws Refusal request.idempotency_conflict */
  record(tx: EntityManager, order: ImageOrder): Promise<JobAnswer> {
    const { store } = this.jobs;
    const input = { disk_id: uuidv7() };
    const begun = {
      service: 'compute',
      type: 'boot_proof',
      phase: 'hold',
      input,
      data: {},
      requested: bootProofRequested,
    } as const;
    return orderImageJob(tx, order, { store, outbox: this.outbox, ...begun });
  }
}
