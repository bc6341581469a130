import { PacedLoop } from '@imago/service';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';
import { ServerLocks } from './server-locks.ts';

/** Looks for locks that have lapsed, of all hosts: one that is away unlocks nothing. */
@Injectable()
export class LapsedLocks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #loop: PacedLoop;

  constructor(locks: ServerLocks, @Inject(COMPUTE_CONFIG) config: ComputeConfig) {
    this.#loop = new PacedLoop(LapsedLocks.name, config.COMPUTE_SWEEP_SECONDS, () => locks.releaseLapsed());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#loop.stop();
  }
}
