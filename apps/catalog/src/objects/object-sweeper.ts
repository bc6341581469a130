import { Regions } from '@imago/object-store';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CATALOG_CONFIG } from '../config-token.ts';
import type { CatalogConfig } from '../config.ts';
import { eraseObject } from './erase-object.ts';
import { type SweepClaim, SweepClaims } from './sweep-claims.ts';

/**
 * Removes the bytes nobody wants any more. An object is swept when its writer has ended or has been silent for too
 * long; after that it is looked at again for a while, because a writer thought dead may bring its bytes back.
 */
@Injectable()
export class ObjectSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(ObjectSweeper.name);
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  #woken = false;
  #endPause: () => void = () => undefined;

  constructor(
    private readonly claims: SweepClaims,
    private readonly regions: Regions,
    @Inject(CATALOG_CONFIG) private readonly config: CatalogConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.#running = this.#run();
  }

  /** Finishes the object under way; what is claimed beside it is swept by somebody else when the claim lapses. */
  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    this.wake();
    await this.#running;
  }

  /** Looks at once instead of at the next interval. */
  wake(): void {
    this.#woken = true;
    this.#endPause();
  }

  /** Sweeps everything that is due. Rejects only when the database does not answer. */
  async sweep(): Promise<void> {
    for (;;) {
      const claims = await this.claims.claim();
      if (claims.length === 0) return;
      for (const claim of claims) {
        if (this.#stopped) return;
        await this.#sweepOne(claim);
      }
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#woken = false;
      try {
        await this.sweep();
      } catch (error) {
        this.#logger.error({ err: error, msg: 'abandoned objects cannot be swept' });
      }
      await this.#pause();
    }
  }

  async #sweepOne(claim: SweepClaim): Promise<void> {
    const about = { object_id: claim.id, image_id: claim.image_id, region: claim.region };
    try {
      const found = await eraseObject(this.regions.get(claim.region).store, claim.key);
      const { CATALOG_RESWEEP_SECONDS, CATALOG_TOMBSTONE_SECONDS } = this.config;
      if (claim.state === 'swept' && !found) {
        await this.claims.stayedSwept(claim, CATALOG_RESWEEP_SECONDS, CATALOG_TOMBSTONE_SECONDS);
        return;
      }
      await this.claims.swept(claim, CATALOG_RESWEEP_SECONDS);
      if (claim.state === 'swept')
        this.#logger.warn({ ...about, msg: 'a swept object had come back and is gone again' });
      else this.#logger.log({ ...about, found, msg: 'abandoned object swept' });
    } catch (error) {
      this.#logger.error({ ...about, err: error, msg: 'an abandoned object cannot be swept; it is tried again' });
    }
  }

  #pause(): Promise<void> {
    if (this.#woken) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.config.CATALOG_SWEEP_SECONDS * 1000);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
