import { PacedLoop } from '@imago/service';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ACTIVITY_CONFIG } from '../config-token.ts';
import type { ActivityConfig } from '../config.ts';
import { DeliveriesRepository } from './deliveries.repository.ts';

/** Deliveries one statement removes. */
const BATCH = 1000;

/** Removes deliveries that need not be kept any more, and those of deleted webhooks, in small pieces. */
@Injectable()
export class DeliverySweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #loop: PacedLoop;
  #stopped = false;

  constructor(
    private readonly db: DataSource,
    private readonly deliveries: DeliveriesRepository,
    @Inject(ACTIVITY_CONFIG)
    private readonly config: Pick<ActivityConfig, 'ACTIVITY_WEBHOOK_KEEP_DAYS' | 'ACTIVITY_WEBHOOK_SWEEP_SECONDS'>,
  ) {
    this.#loop = new PacedLoop(DeliverySweeper.name, config.ACTIVITY_WEBHOOK_SWEEP_SECONDS, () => this.sweep());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    return this.#loop.stop();
  }

  /** Removes all there is to remove now. */
  async sweep(): Promise<void> {
    const days = this.config.ACTIVITY_WEBHOOK_KEEP_DAYS;
    await this.#all(() => this.deliveries.sweepOld(this.db.manager, days, BATCH));
    const deleted: { id: string }[] = await this.db.query(
      `SELECT id FROM activity.webhooks WHERE state = 'deleted' ORDER BY id LIMIT $1`,
      [BATCH],
    );
    for (const { id } of deleted) {
      await this.#all(() => this.deliveries.sweepOf(this.db.manager, id, BATCH));
      if (this.#stopped) return;
      await this.db.query(`DELETE FROM activity.webhooks WHERE id = $1 AND state = 'deleted'`, [id]);
    }
  }

  async #all(sweepSome: () => Promise<number>): Promise<void> {
    while (!this.#stopped && (await sweepSome()) === BATCH);
  }
}
