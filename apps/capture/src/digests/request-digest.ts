import type { ImageRecord } from '@imago/contracts';
import { toView } from '@imago/jobs';
import { type Cause, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { CapturedMachines } from '../captures/captured-machines.ts';
import { ImageJobs } from '../jobs/image-jobs.ts';
import { jobEvents } from '../jobs/job-events.ts';

type UnreadImage = Pick<ImageRecord, 'id' | 'owner' | 'region'>;

/**
 * Sees to it that the hashes of a layered image become known. One digest for an image, however often it becomes ready;
 * another one when the one before has failed.
 */
@Injectable()
export class RequestDigest {
  constructor(
    private readonly jobs: ImageJobs,
    private readonly outbox: Outbox,
    private readonly machines: CapturedMachines,
  ) {}

  /** In the transaction of the event that says that an image is ready. */
  async imageReady(tx: EntityManager, image: ImageRecord, cause: Cause): Promise<void> {
    if (isUnread(image)) await this.#request(tx, image, `digest ${image.id}`, cause);
    const { owner, region } = image;
    for (const id of await this.machines.layeredDisks(tx, image.id)) {
      await this.#request(tx, { id, owner, region }, `digest ${id}`, cause);
    }
  }

  /** The image's digest of this number, from 2 on; the same one however often it is asked for. */
  async again(tx: EntityManager, image: ImageRecord, number: number, cause: Cause): Promise<void> {
    if (isUnread(image)) await this.#request(tx, image, `digest ${image.id} ${number}`, cause);
  }

  /** @param key no key of a caller has a space in it. */
  async #request(tx: EntityManager, image: UnreadImage, key: string, cause: Cause): Promise<void> {
    const { job, created } = await this.jobs.store.insert(tx, {
      id: uuidv7(),
      type: 'digest',
      project_id: image.owner,
      region: image.region,
      image_id: image.id,
      phase: 'digest',
      input: {},
      data: {},
      idempotency_key: key,
      request_hash: image.id,
      actor: null,
      correlation_id: cause.correlation_id,
    });
    const queued = created ? await this.jobs.store.admit(tx, job.id) : null;
    if (queued !== null) await this.outbox.add(tx, jobEvents.progressed(queued, toView(queued)), cause);
  }
}

/** Only a layer becomes ready without hashes; what a client uploaded has no index. */
function isUnread({ checksum, index_hash }: ImageRecord): boolean {
  return checksum === null && index_hash !== null;
}
