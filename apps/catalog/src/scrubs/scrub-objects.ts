import { randomUUID } from 'node:crypto';
import { inTransaction } from '@imago/messaging';
import { type ObjectStore, ObjectStoreError, Regions } from '@imago/object-store';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CATALOG_CONFIG } from '../config-token.ts';
import type { CatalogConfig } from '../config.ts';
import { BytePace } from './byte-pace.ts';
import { inspectObject, type ObjectFinding } from './inspect-object.ts';
import { ObjectDamages } from './object-damages.ts';
import type { ScrubWork } from './read-object.ts';
import { ScrubMetrics } from './scrub-metrics.ts';
import { type ObjectMark, type ObjectResult, ScrubTurns, type Turn } from './scrub-turns.ts';
import { type ScrubbedObject, ScrubbedObjects } from './scrubbed-objects.ts';

/** Milliseconds after which it is written down how far an object has been read. */
const KEEP_MS = 5000;
/** Times the store may not give out an object while it answers for others, before the round goes on without it. */
const ATTEMPTS = 3;

/** How a turn goes on: with what follows, or not now. */
export type Next = { readonly type: 'turn'; readonly turn: Turn } | { readonly type: 'paused' | 'finished' };

/** Scrubs the objects of a round, one after the other. */
@Injectable()
export class ScrubObjects {
  readonly #logger = new Logger('Scrubber');
  readonly #metrics = new ScrubMetrics();
  readonly #paces = new Map<string, BytePace>();

  constructor(
    private readonly db: DataSource,
    private readonly regions: Regions,
    private readonly turns: ScrubTurns,
    private readonly objects: ScrubbedObjects,
    private readonly damages: ObjectDamages,
    @Inject(CATALOG_CONFIG) private readonly config: CatalogConfig,
  ) {}

  /** Does the next object of the round, or ends it. @throws TurnLostError, and the signal's reason */
  async scrubNext(turn: Turn, signal: AbortSignal): Promise<Next> {
    const object = await this.objects.next(turn);
    if (object === null) return this.#finish(turn);
    const { store } = this.regions.get(turn.region);
    const { read, rest } = this.#reader(turn, signal);
    try {
      const finding = await this.#inspect(turn, object, { store, signal, read });
      return { type: 'turn', turn: await this.#conclude(turn, object, { finding, bytes: rest() }) };
    } catch (error) {
      if (!(error instanceof ObjectStoreError)) throw error;
      return this.#storeFailed(turn, object, { error, store, signal });
    }
  }

  /** Null when nothing can be said: of a layer whose hash is not known, as long as what it lies on is damaged. */
  async #inspect(turn: Turn, object: ScrubbedObject, work: ScrubWork): Promise<ObjectFinding | null> {
    const line = await this.objects.held(object);
    const isUnknown = object.parent_object_id !== null && object.own_sha512 === null;
    const under = line?.layers.map(({ object_id }) => object_id) ?? [];
    if (isUnknown && (line === null || (await this.damages.areAny(this.db.manager, under)))) return null;
    return inspectObject({ object, line }, turn.mark?.object_id === object.id ? turn.mark : null, work);
  }

  async #conclude(
    turn: Turn,
    object: ScrubbedObject,
    { finding, bytes }: { readonly finding: ObjectFinding | null; readonly bytes: number },
  ): Promise<Turn> {
    const cause = { correlation_id: randomUUID() };
    const { result, after } = await inTransaction(this.db, async (tx) => {
      const result = finding === null ? 'unread' : await this.#result(tx, object, { finding, cause });
      return { result, after: await this.turns.done(tx, turn, { object, result, bytes }) };
    });
    const { id: object_id, image_id, region } = object;
    this.#metrics.done(region, result);
    this.#metrics.paused(region, false);
    const about = { object_id, image_id, region };
    if (result === 'damaged') this.#logger.error({ ...about, finding, msg: 'a stored object is damaged' });
    if (result === 'repaired') this.#logger.log({ ...about, msg: 'a damaged object is what was stored again' });
    if (result === 'damaged' || result === 'repaired') await this.#countDamaged(region);
    return after;
  }

  async #result(
    tx: EntityManager,
    object: ScrubbedObject,
    { finding, cause }: { readonly finding: ObjectFinding; readonly cause: { readonly correlation_id: string } },
  ): Promise<ObjectResult> {
    if (finding.type === 'damaged') return (await this.damages.found(tx, object, finding, cause)) ? 'damaged' : 'gone';
    if (finding.type === 'learned') await this.objects.learn(tx, object, finding.sha512);
    return (await this.damages.whole(tx, object, cause)) ? 'repaired' : 'whole';
  }

  /** Keeps the pace and, now and then, how far it has come; `rest` are the bytes that are not written down yet. */
  #reader(turn: Turn, signal: AbortSignal): { readonly read: ScrubWork['read']; readonly rest: () => number } {
    const pace = this.#paces.get(turn.region) ?? new BytePace(this.config.CATALOG_SCRUB_BYTES_PER_SECOND);
    this.#paces.set(turn.region, pace);
    let unkept = 0;
    let keptAt = 0;
    const read = async (bytes: number, mark: () => ObjectMark | null): Promise<void> => {
      this.#metrics.read(turn.region, bytes);
      unkept += bytes;
      if (performance.now() - keptAt >= KEEP_MS) {
        await this.turns.reached(turn, mark(), unkept);
        [unkept, keptAt] = [0, performance.now()];
      }
      await pace.keep(bytes, signal);
    };
    return { read, rest: () => unkept };
  }

  /** A store that answers for nothing is away; one that answers for the rest keeps this object to itself. */
  async #storeFailed(
    turn: Turn,
    object: ScrubbedObject,
    { error, store, signal }: { readonly error: Error; readonly store: ObjectStore; readonly signal: AbortSignal },
  ): Promise<Next> {
    const answers = await store.list(object.key, signal).then(
      () => true,
      () => false,
    );
    signal.throwIfAborted();
    const attempts = turn.attempts + (answers ? 1 : 0);
    const about = { object_id: object.id, region: turn.region, attempts, err: error };
    this.#logger.warn({ ...about, msg: 'the store does not give out an object; it is asked again' });
    if (attempts >= ATTEMPTS)
      return { type: 'turn', turn: await this.#conclude(turn, object, { finding: null, bytes: 0 }) };
    await this.turns.pause(turn, this.config.CATALOG_SCRUB_RETRY_SECONDS, attempts);
    this.#metrics.paused(turn.region, true);
    return { type: 'paused' };
  }

  async #finish(turn: Turn): Promise<Next> {
    await inTransaction(this.db, (tx) => this.turns.finish(tx, turn, this.config.CATALOG_SCRUB_SECONDS));
    this.#metrics.finished(turn.region);
    await this.#countDamaged(turn.region);
    this.#logger.log({ region: turn.region, round: turn.round, msg: 'all stored objects have been read again' });
    return { type: 'finished' };
  }

  async #countDamaged(region: string): Promise<void> {
    this.#metrics.damaged(region, await this.objects.countDamaged(region));
  }
}
