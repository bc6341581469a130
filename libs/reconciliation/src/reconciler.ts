import { setTimeout as delay } from 'node:timers/promises';
import type { Difference, ReconciliationName, ReconciliationReport, ReconcilingService } from '@imago/contracts';
import { PacedLoop } from '@imago/service';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { ReconciliationMetrics } from './reconciliation-metrics.ts';
import { type Claim, type Outcome, ReconciliationRuns } from './reconciliation-runs.ts';
import type { ReconciliationSettings } from './reconciliation-settings.ts';
import type { Reconciliation } from './reconciliation.ts';

/** Differences a report holds; the figures count all of them. */
const REPORTED = 100;
/** Seconds between two looks for what is due. */
const LOOK_SECONDS = 5;

export interface ReconcilerOptions extends ReconciliationSettings {
  readonly service: ReconcilingService;
  readonly db: DataSource;
  readonly reconciliations: readonly Reconciliation[];
}

/**
 * Makes a service's comparisons when they are due: of all processes of the service one at a time, and again by another
 * one when it was lost. What differs in two looks with a pause between is no longer under way: it is repaired, and told.
 */
export class Reconciler implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(Reconciler.name);
  readonly #loop: PacedLoop;
  readonly #runs: ReconciliationRuns;
  readonly #metrics: ReconciliationMetrics;
  readonly #stopping = new AbortController();

  constructor(private readonly options: ReconcilerOptions) {
    this.#runs = new ReconciliationRuns(options.db, options.service);
    this.#metrics = new ReconciliationMetrics(options.service);
    const pace = Math.min(LOOK_SECONDS, options.RECONCILE_SECONDS);
    this.#loop = new PacedLoop(Reconciler.name, pace, () => this.reconcileDue());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#loop.stop();
  }

  /** The last reports of a region. */
  list(region: string): Promise<readonly ReconciliationReport[]> {
    return this.#runs.list(region);
  }

  /** Begins comparisons now instead of when they are due. @returns those that are this service's */
  async start(region: string, names: readonly ReconciliationName[]): Promise<readonly ReconciliationName[]> {
    await this.#know();
    const started = await this.#runs.start(region, names);
    this.#loop.wake();
    return started;
  }

  /** Makes everything that is due. Rejects only when the database does not answer. */
  async reconcileDue(): Promise<void> {
    await this.#know();
    const byName = new Map(this.options.reconciliations.map((each) => [each.name, each]));
    while (!this.#stopping.signal.aborted) {
      const claim = await this.#runs.claim([...byName.keys()]);
      const reconciliation = claim === null ? undefined : byName.get(claim.name);
      if (claim === null || reconciliation === undefined) return;
      await this.#reconcile(claim, reconciliation);
    }
  }

  async #know(): Promise<void> {
    for (const each of this.options.reconciliations)
      await this.#runs.know(each.name, await each.regions(), this.options.RECONCILE_SECONDS);
  }

  async #reconcile(claim: Claim, reconciliation: Reconciliation): Promise<void> {
    const about = { reconciliation: claim.name, region: claim.region };
    const outcome = await this.#outcome(claim.region, reconciliation).catch((error: unknown): Outcome => {
      this.#logger.error({ ...about, err: error, msg: 'two truths could not be compared; it is tried again' });
      return { compared: 0, found: 0, repaired: 0, differences: [], error: 'The comparison failed; see the log.' };
    });
    if (this.#stopping.signal.aborted) return; // half of it was not looked at
    await this.#runs.finish(claim, outcome, this.options.RECONCILE_SECONDS);
    this.#metrics.finished(claim.name, claim.region, outcome);
    for (const each of outcome.differences) this.#logger.error({ ...about, ...each, msg: 'two truths differed' });
  }

  async #outcome(region: string, reconciliation: Reconciliation): Promise<Outcome> {
    const first = await reconciliation.find(region);
    const lasting =
      first.differences.length === 0 ? [] : await this.#lasting(region, reconciliation, first.differences);
    const right = lasting.length === 0 ? new Set<string>() : await reconciliation.repair(region, lasting);
    const told = lasting.map((each) => ({ ...each, repaired: right.has(each.subject) }));
    const repaired = told.filter((each) => each.repaired).length;
    return {
      compared: first.compared,
      found: told.length,
      repaired,
      differences: told.sort((one, other) => Number(one.repaired) - Number(other.repaired)).slice(0, REPORTED),
      error: null,
    };
  }

  async #lasting(region: string, reconciliation: Reconciliation, before: readonly Difference[]): Promise<Difference[]> {
    const { signal } = this.#stopping;
    await delay(this.options.RECONCILE_GRACE_SECONDS * 1000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return [];
    const seen = new Set(before.map(keyOf));
    const { differences } = await reconciliation.find(region);
    return differences.filter((each) => seen.has(keyOf(each)));
  }
}

function keyOf({ subject, problem }: Difference): string {
  return `${problem} ${subject}`;
}
