import { Regions } from '@imago/object-store';
import { PacedLoop } from '@imago/service';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CATALOG_CONFIG } from '../config-token.ts';
import type { CatalogConfig } from '../config.ts';
import { type Next, ScrubObjects } from './scrub-objects.ts';
import { ScrubTurns, type Turn, TurnLostError } from './scrub-turns.ts';

/** Seconds between two looks for a round that is due. */
const LOOK_SECONDS = 5;

/**
 * Reads all stored objects again, each region's at the pace that is set, and holds them against what is known of them. How
 * far it is stands in the database: after a kill another process goes on, within the object. A store that does not answer
 * stops the round and is no damage.
 */
@Injectable()
export class Scrubber implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(Scrubber.name);
  readonly #stopping = new AbortController();
  /** One for each region: a long round of one keeps no other waiting. */
  readonly #loops: readonly PacedLoop[];

  constructor(
    private readonly turns: ScrubTurns,
    private readonly objects: ScrubObjects,
    private readonly regions: Regions,
    @Inject(CATALOG_CONFIG) private readonly config: CatalogConfig,
  ) {
    const { CATALOG_SCRUB_SECONDS, CATALOG_SCRUB_RETRY_SECONDS } = config;
    const seconds = Math.min(LOOK_SECONDS, CATALOG_SCRUB_SECONDS, CATALOG_SCRUB_RETRY_SECONDS);
    this.#loops = regions.names.map(() => new PacedLoop(Scrubber.name, seconds, () => this.scrubDue()));
  }

  onApplicationBootstrap(): void {
    if (this.config.CATALOG_SCRUB_BYTES_PER_SECOND === 0) return;
    for (const loop of this.#loops) loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops.map((loop) => loop.stop()));
  }

  /** Begins a round of a region now, or when the one under way has ended. @returns whether it will */
  async start(region: string): Promise<boolean> {
    if (this.config.CATALOG_SCRUB_BYTES_PER_SECOND === 0) return false;
    await this.#know();
    const started = await this.turns.start(region);
    for (const loop of this.#loops) loop.wake();
    return started;
  }

  /** Makes a round that is due, or goes on with one nobody is at. Rejects when the database does not answer. */
  async scrubDue(): Promise<void> {
    await this.#know();
    const turn = this.#stopping.signal.aborted ? null : await this.turns.claim();
    if (turn === null) return;
    try {
      await this.#goOn(turn);
    } catch (error) {
      if (error instanceof TurnLostError) return;
      await this.turns.giveUp(turn);
      if (!this.#stopping.signal.aborted) throw error;
    }
  }

  async #goOn(claimed: Turn): Promise<void> {
    const { signal } = this.#stopping;
    let next: Next = { type: 'turn', turn: claimed };
    while (next.type === 'turn') {
      signal.throwIfAborted();
      next = await this.objects.scrubNext(next.turn, signal);
    }
    if (next.type === 'paused') this.#logger.warn({ region: claimed.region, msg: 'a store does not answer' });
  }

  #know(): Promise<void> {
    return this.turns.know(this.regions.names, this.config.CATALOG_SCRUB_SECONDS);
  }
}
