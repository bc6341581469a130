import { PartJournal } from '@imago/jobs';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CopySources } from '../copies/copy-sources.ts';
import { Destinations } from '../exports/destinations.ts';
import type { TransferJob } from './transfer-job.ts';

/** What this service keeps beside a job as long as it runs. */
@Injectable()
export class JobLeftovers {
  constructor(
    readonly parts: PartJournal,
    readonly destinations: Destinations,
    readonly copySources: CopySources,
  ) {}

  /** In the transaction that ends a job, whatever the end. */
  async jobEnded(tx: EntityManager, job: TransferJob): Promise<void> {
    await this.parts.keepOnly(tx, job.id, []);
    await this.destinations.jobEnded(tx, job);
    await this.copySources.forget(tx, job.id);
  }
}
