import type { ImageRecord } from '@imago/contracts';
import { toView } from '@imago/jobs';
import { type Cause, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ImageJobs } from '../jobs/image-jobs.ts';
import { jobProgressed } from '../jobs/job-events.ts';

/** Sees to it that the hashes of a layered image become known. One digest for an image, however often it becomes ready. */
@Injectable()
export class RequestDigest {
  constructor(
    private readonly jobs: ImageJobs,
    private readonly outbox: Outbox,
  ) {}

  /** In the transaction of the event that says that an image is ready. */
  async imageReady(tx: EntityManager, image: ImageRecord, cause: Cause): Promise<void> {
    // Only a layer becomes ready without hashes; what a client uploaded has no index.
    if (image.checksum !== null || image.index_hash === null) return;
    const { job, created } = await this.jobs.store.insert(tx, {
      id: uuidv7(),
      type: 'digest',
      project_id: image.owner,
      region: image.region,
      image_id: image.id,
      phase: 'digest',
      input: {},
      data: {},
      idempotency_key: `digest ${image.id}`, // no key of a caller has a space in it
      request_hash: image.index_hash,
      actor: null,
      correlation_id: cause.correlation_id,
    });
    const queued = created ? await this.jobs.store.admit(tx, job.id) : null;
    if (queued !== null) await this.outbox.add(tx, jobProgressed(queued, toView(queued)), cause);
  }
}
