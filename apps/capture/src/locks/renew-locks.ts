import { RenewServerLocks } from '@imago/contracts';
import { ownContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { PacedLoop } from '@imago/service';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CAPTURE_CONFIG } from '../config-token.ts';
import type { CaptureConfig } from '../config.ts';
import { RENEWED_AT_ONCE, ServerLocks } from './server-locks.ts';

/**
 * Keeps the servers of all captures that have not ended locked, the waiting ones too. What a capture has read counts only
 * when its lock is still there afterwards, so a lock that is lost costs the capture and never its truth.
 */
@Injectable()
export class RenewLocks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(RenewLocks.name);
  readonly #loop: PacedLoop;

  constructor(
    private readonly locks: ServerLocks,
    private readonly requests: RequestClient,
    @Inject(CAPTURE_CONFIG) config: CaptureConfig,
  ) {
    this.#loop = new PacedLoop(RenewLocks.name, config.CAPTURE_LOCK_SECONDS, () => this.renew());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#loop.stop();
  }

  async renew(): Promise<void> {
    const needed = await this.locks.needed();
    for (let at = 0; at < needed.length; at += RENEWED_AT_ONCE) {
      const lock_ids = needed.slice(at, at + RENEWED_AT_ONCE);
      const context = ownContext('capture');
      const { lost } = await this.requests.send(RenewServerLocks, { lock_ids }, { context });
      if (lost.length === 0) continue;
      for (const job_id of await this.locks.noteLost(lost)) this.#logger.warn({ job_id }, 'a capture lost its lock');
    }
  }
}
