import type { Service } from '@imago/contracts';
import { prepared } from '@imago/persistence';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { afterCommit } from './transaction.ts';

/** Milliseconds until the inbox is looked at without a commit of this process: another replica may have applied it. */
const POLL_MS = 100;
/** Who waits occupies one of the requests a replica takes at a time; the others must find room to read. */
const MOST_WAITING = 10;

interface Waiting {
  readonly missing: Set<string>;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Waits for events to be applied by this service: how whoever caused them reads its own writes. Everybody who waits is
 * served by one look at the inbox after each commit of this process, and by one every {@link POLL_MS} for those of
 * other replicas.
 */
export class AppliedEvents implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #waiting = new Set<Waiting>();
  #looking = false;
  #committed = false;
  #endPause: () => void = () => undefined;
  #stopListening: () => void = () => undefined;

  constructor(
    private readonly service: Service,
    private readonly db: DataSource,
  ) {}

  onApplicationBootstrap(): void {
    this.#stopListening = afterCommit(this.db, () => {
      this.#committed = true;
      this.#endPause();
    });
  }

  onApplicationShutdown(): void {
    this.#stopListening();
  }

  /**
   * True as soon as all the events are applied; false when they are not within `milliseconds`, or at once when too
   * many wait already. Rejects when the database does not answer.
   */
  async confirm(ids: readonly string[], milliseconds: number): Promise<boolean> {
    const missing = new Set(ids.map((id) => id.toLowerCase()));
    for (const id of await this.#among([...missing])) missing.delete(id);
    if (missing.size === 0) return true;
    if (milliseconds === 0 || this.#waiting.size >= MOST_WAITING) return false;
    return this.#wait(missing, milliseconds);
  }

  async #wait(missing: Set<string>, milliseconds: number): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const waiting: Waiting = {
      missing,
      done: () => {
        resolve(true);
      },
      failed: reject,
    };
    const timer = setTimeout(() => {
      resolve(false);
    }, milliseconds);
    this.#waiting.add(waiting);
    void this.#look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(waiting);
    }
  }

  /** Runs while somebody waits. */
  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    while (this.#waiting.size > 0) {
      this.#committed = false;
      try {
        await this.#settle();
      } catch (error) {
        for (const waiting of this.#waiting) waiting.failed(error);
        this.#waiting.clear();
      }
      if (this.#waiting.size > 0) await this.#pause();
    }
    this.#looking = false;
  }

  async #settle(): Promise<void> {
    const ids = new Set([...this.#waiting].flatMap(({ missing }) => [...missing]));
    for (const id of await this.#among([...ids])) {
      for (const waiting of this.#waiting) {
        if (waiting.missing.delete(id) && waiting.missing.size === 0) {
          this.#waiting.delete(waiting);
          waiting.done();
        }
      }
    }
  }

  async #among(ids: readonly string[]): Promise<readonly string[]> {
    const rows: { message_id: string }[] = await this.db.query(
      prepared(`SELECT message_id FROM "${this.service}".inbox WHERE consumer = $1 AND message_id = ANY($2::uuid[])`),
      [this.service, ids],
    );
    return rows.map(({ message_id }) => message_id);
  }

  #pause(): Promise<void> {
    if (this.#committed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
