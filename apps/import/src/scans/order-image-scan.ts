import { type ImageOrder, type JobAnswer, orderImageJob } from '@imago/jobs';
import { Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { scanRequested } from './scan-events.ts';
import { ScanJobs } from './scan-jobs.ts';

/** Records that an image is to be scanned. */
@Injectable()
export class OrderImageScan {
  constructor(
    private readonly jobs: ScanJobs,
    private readonly outbox: Outbox,
  ) {}

  /** @throws Refusal request.idempotency_conflict */
  record(tx: EntityManager, order: ImageOrder): Promise<JobAnswer> {
    const { store } = this.jobs;
    const begun = {
      service: 'import',
      type: 'scan',
      phase: 'scan',
      input: {},
      data: {},
      requested: scanRequested,
    } as const;
    return orderImageJob(tx, order, { store, outbox: this.outbox, ...begun });
  }
}
