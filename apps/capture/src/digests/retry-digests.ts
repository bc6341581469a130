import { DescribeLayers, type ErrorKind, type ImageRecord, Refusal } from '@imago/contracts';
import { serviceContext } from '@imago/identity';
import { inTransaction, RequestClient } from '@imago/messaging';
import { PacedLoop } from '@imago/service';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CAPTURE_CONFIG } from '../config-token.ts';
import type { CaptureConfig } from '../config.ts';
import { RequestDigest } from './request-digest.ts';

/** Digests one look begins again, so that a store that is back is not asked for every image at once. */
const BATCH = 20;

/** What passes: a store, a neighbour or workers that were away for longer than a job's attempts. */
const PASSING = ['internal', 'timeout', 'unavailable'] satisfies ErrorKind[];

/** Smaller than the id of any job. */
const FIRST = '00000000-0000-0000-0000-000000000000';

/** The last digest of an image, which failed. */
interface FailedDigest {
  readonly id: string;
  readonly project_id: string;
  readonly region: string;
  readonly image_id: string;
  readonly correlation_id: string;
  /** Digests the image has had. */
  readonly digests: number;
}

/**
 * Begins digests again that failed for something that passes: nobody else would ask for them, and their images would
 * stay without hashes for ever. Each time of an image it waits longer.
 */
@Injectable()
export class RetryDigests implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #loop: PacedLoop;
  /** Where the next look goes on, so that images that are gone stand before nobody. */
  #after = FIRST;

  constructor(
    private readonly db: DataSource,
    private readonly requests: RequestClient,
    private readonly requestDigest: RequestDigest,
    @Inject(CAPTURE_CONFIG) private readonly config: CaptureConfig,
  ) {
    this.#loop = new PacedLoop(RetryDigests.name, config.CAPTURE_DIGEST_RETRY_SECONDS, () => this.sweep());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#loop.stop();
  }

  /** One look. Rejects when catalog does not answer; the next one goes on behind the image it was asked for. */
  async sweep(): Promise<void> {
    const failed = await this.#failed();
    for (const digest of failed) {
      this.#after = digest.id;
      const image = await this.#imageOf(digest);
      if (image === null) continue;
      const cause = { correlation_id: digest.correlation_id };
      await inTransaction(this.db, (tx) => this.requestDigest.again(tx, image, digest.digests + 1, cause));
    }
    if (failed.length < BATCH) this.#after = FIRST;
  }

  #failed(): Promise<FailedDigest[]> {
    return this.db.query(
      `SELECT job.id, job.project_id, job.region, job.image_id, job.correlation_id, every.digests
         FROM capture.jobs job CROSS JOIN LATERAL (
           SELECT count(*)::int AS digests, max(created_at) AS last_at FROM capture.jobs same
           WHERE same.image_id = job.image_id AND same.type = 'digest') every
         WHERE job.type = 'digest' AND job.state = 'failed' AND job.id > $1 AND job.error ->> 'kind' = ANY ($2::text[])
           AND job.created_at = every.last_at
           AND job.finished_at < now() - make_interval(secs => $3::float8 * least(every.digests, 100))
         ORDER BY job.id LIMIT $4`,
      [this.#after, PASSING, this.config.CAPTURE_DIGEST_RETRY_SECONDS, BATCH],
    );
  }

  /** The image as it is now; null when it is gone, or not to be read now. */
  async #imageOf({ image_id, region, project_id, correlation_id }: FailedDigest): Promise<ImageRecord | null> {
    const context = serviceContext('capture', project_id, correlation_id);
    try {
      const { image } = await this.requests.send(DescribeLayers, { image_id, region }, { context });
      return image.status === 'active' ? image : null;
    } catch (error) {
      if (error instanceof Refusal && ['image.not_found', 'image.not_active'].includes(error.code)) return null;
      throw error;
    }
  }
}
