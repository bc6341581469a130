import { AbandonImage } from '@imago/contracts';
import { serviceContext } from '@imago/identity';
import { imageOf } from '@imago/jobs';
import { RequestClient } from '@imago/messaging';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ImageJob } from '../jobs/image-job.ts';
import { ImageJobs } from '../jobs/image-jobs.ts';
import { type ServerLock, ServerLocks } from '../locks/server-locks.ts';

/** Undoes an admission: the lock, the image, and the record of it. */
@Injectable()
export class TakeBackCapture {
  readonly #logger = new Logger(TakeBackCapture.name);

  constructor(
    private readonly db: DataSource,
    private readonly jobs: ImageJobs,
    private readonly locks: ServerLocks,
    private readonly requests: RequestClient,
  ) {}

  /** Notes, before anything is asked for, what an admission may leave behind. */
  async note(tx: EntityManager, job: ImageJob): Promise<void> {
    await this.locks.add(tx, lockOf(job));
  }

  /** Of an admission that was refused: no image was registered, and its server is free when the tenant hears of it. */
  async refused(job: ImageJob): Promise<void> {
    if (!(await this.jobs.store.forget(this.db.manager, job.id))) return;
    await this.locks.release(lockOf(job)).catch((error: unknown) => {
      this.#logger.warn({ job_id: job.id, err: error }, 'the server of a refused capture is released later');
    });
  }

  /** Of an admission of which nobody knows how far it came. @returns false when it was promised meanwhile. */
  async cutOff(job: ImageJob): Promise<boolean> {
    await this.#abandon(job);
    return this.jobs.store.forget(this.db.manager, job.id); // then the lock belongs to no job, and is released
  }

  /** Of an admission that is forgotten already. */
  async everything(job: ImageJob): Promise<void> {
    await this.locks.add(this.db.manager, lockOf(job));
    await this.#abandon(job);
  }

  async #abandon(job: ImageJob): Promise<void> {
    await this.requests.send(
      AbandonImage,
      { image_id: imageOf(job), region: job.region, reason: 'The capture was never accepted.' },
      { context: serviceContext('capture', job.project_id, job.correlation_id) },
    );
  }
}

/** The lock of a capture has its id. */
export function lockOf({ id, project_id, correlation_id }: ImageJob): ServerLock {
  return { lock_id: id, project_id, correlation_id };
}
