import { ReleaseHolds } from '@imago/contracts';
import { serviceContext } from '@imago/identity';
import { afterCommit, RequestClient } from '@imago/messaging';
import { PacedLoop } from '@imago/service';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';

/** Holds one request ends. */
const BATCH = 1000;

/** On whose account a hold ends, and as part of which story. */
export interface ReleaseCause {
  readonly project_id: string;
  readonly correlation_id: string;
}

/**
 * Tells catalog which disks need their bytes no more. That a disk is gone and that this is still to be told are one
 * transaction, so nothing is kept for ever, whatever is killed or away in between. A disk never comes back: a release
 * can be told late and twice.
 */
@Injectable()
export class HoldReleases implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #loop: PacedLoop;
  #stopListening: () => void = () => undefined;

  constructor(
    private readonly db: DataSource,
    private readonly requests: RequestClient,
    @Inject(COMPUTE_CONFIG) config: ComputeConfig,
  ) {
    this.#loop = new PacedLoop(HoldReleases.name, config.COMPUTE_SWEEP_SECONDS, () => this.sweep());
  }

  onApplicationBootstrap(): void {
    this.#loop.start();
    this.#stopListening = afterCommit(this.db, (published) => {
      if (published) this.#loop.wake(); // whenever a disk goes there is an event of it
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopListening();
    await this.#loop.stop();
  }

  /** Looks now. */
  wake(): void {
    this.#loop.wake();
  }

  /** Notes that these disks are gone; noted again, it is told again, also when it is being told right now. */
  async add(tx: EntityManager, diskIds: readonly string[], cause: ReleaseCause): Promise<void> {
    await tx.query(
      `INSERT INTO compute.hold_releases (disk_id, project_id, correlation_id)
       SELECT DISTINCT disk_id, $2, $3 FROM unnest($1::uuid[]) AS disk_id ORDER BY disk_id
       ON CONFLICT ON CONSTRAINT hold_releases_pkey DO UPDATE SET created_at = clock_timestamp()`,
      [[...diskIds], cause.project_id, cause.correlation_id],
    );
  }

  /** Tells catalog of everything noted so far. */
  async sweep(): Promise<void> {
    // The moment as text: a date of JavaScript has no microseconds.
    const rows: ({ disk_id: string; noted_at: string } & ReleaseCause)[] = await this.db.query(
      `SELECT disk_id, project_id, correlation_id, created_at::text AS noted_at FROM compute.hold_releases
       ORDER BY created_at LIMIT $1`,
      [BATCH],
    );
    const stories = Map.groupBy(rows, (row) => `${row.project_id} ${row.correlation_id}`);
    for (const story of stories.values()) {
      const [first] = story;
      if (first === undefined) continue;
      const ids = story.map(({ disk_id }) => disk_id);
      const context = serviceContext('compute', first.project_id, first.correlation_id);
      await this.requests.send(ReleaseHolds, { disk_ids: ids, object_id: null }, { context });
      // Only as it was read: what was noted again meanwhile may be of a hold that catalog took after this release.
      await this.db.query(
        `DELETE FROM compute.hold_releases release
           USING unnest($1::uuid[], $2::timestamptz[]) AS told (disk_id, noted_at)
         WHERE release.disk_id = told.disk_id AND release.created_at = told.noted_at`,
        [ids, story.map(({ noted_at }) => noted_at)],
      );
    }
    if (rows.length === BATCH) this.wake();
  }
}
