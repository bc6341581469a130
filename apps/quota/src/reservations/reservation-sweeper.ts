import { inTransaction } from '@imago/messaging';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { QUOTA_CONFIG } from '../config-token.ts';
import type { QuotaConfig } from '../config.ts';
import type { Account } from '../limits/limits.repository.ts';
import { Ledger } from './ledger.ts';
import { ReservationsRepository } from './reservations.repository.ts';

/** Looked for at a time. */
const BATCH = 100;

/** Frees the places of reservations whose registration was never heard of. */
@Injectable()
export class ReservationSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(ReservationSweeper.name);
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  #endPause: () => void = () => undefined;

  constructor(
    private readonly db: DataSource,
    private readonly ledger: Ledger,
    private readonly reservations: ReservationsRepository,
    @Inject(QUOTA_CONFIG) private readonly config: Pick<QuotaConfig, 'QUOTA_SWEEP_SECONDS'>,
  ) {}

  onApplicationBootstrap(): void {
    this.#running = this.#run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    this.#endPause();
    await this.#running;
  }

  /** Frees what is due, each in a transaction of its own; of one account or of all. */
  async sweep(account: Account | null = null): Promise<void> {
    for (;;) {
      const due = await this.reservations.lapsed(this.db.manager, account, BATCH);
      for (const entry of due) {
        const freed = await inTransaction(this.db, (tx) => this.ledger.lapse(tx, entry));
        if (freed) this.#logger.warn({ ...entry, msg: 'a reservation nobody confirmed is free again' });
      }
      if (due.length < BATCH) return;
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.sweep();
      } catch (error) {
        this.#logger.error({ err: error, msg: 'reservations cannot be swept; it is tried again' });
      }
      await this.#pause();
    }
  }

  #pause(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.config.QUOTA_SWEEP_SECONDS * 1000);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
