import { afterCommit } from '@imago/messaging';
import { PacedLoop } from '@imago/service';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CAPTURE_CONFIG } from '../config-token.ts';
import type { CaptureConfig } from '../config.ts';
import { RELEASED_AT_ONCE, ServerLocks } from './server-locks.ts';

/**
 * Releases the servers of captures that have ended, however they did, and of those that were never accepted. The end of
 * a capture is one transaction and this follows from it, so whatever is killed in between leaves no server locked.
 */
@Injectable()
export class ReleaseLocks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(ReleaseLocks.name);
  readonly #loop: PacedLoop;
  #stopListening: () => void = () => undefined;

  constructor(
    private readonly db: DataSource,
    private readonly locks: ServerLocks,
    @Inject(CAPTURE_CONFIG) config: CaptureConfig,
  ) {
    this.#loop = new PacedLoop(ReleaseLocks.name, config.CAPTURE_LOCK_SECONDS, () => this.sweep());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
    this.#stopListening = afterCommit(this.db, (published) => {
      if (published) this.#loop.wake(); // the end of a capture has an event
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopListening();
    await this.#loop.stop();
  }

  async sweep(): Promise<void> {
    const over = await this.locks.over();
    const released = await Promise.allSettled(over.map((lock) => this.locks.release(lock)));
    // One that cannot be released now must not keep the others waiting.
    released.forEach((outcome, at) => {
      if (outcome.status === 'fulfilled') return;
      const { lock_id, correlation_id } = over[at] ?? {};
      this.#logger.warn({ lock_id, correlation_id, err: outcome.reason as unknown }, 'a server cannot be released yet');
    });
    if (over.length === RELEASED_AT_ONCE && released.every(({ status }) => status === 'fulfilled')) this.#loop.wake();
  }
}
