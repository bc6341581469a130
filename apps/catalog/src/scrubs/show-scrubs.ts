import type { GetScrubs, ObjectDamage, ResponseOf, ScrubRound, ScrubStatus } from '@imago/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CATALOG_CONFIG } from '../config-token.ts';
import type { CatalogConfig } from '../config.ts';

/** Rounds and damages that are shown. */
const ROUNDS = 20;
const DAMAGES = 100;
const IMAGES = 100;

type Figures = Omit<ScrubRound, 'started_at' | 'finished_at'>;
type RoundRow = Figures & Record<'started_at' | 'finished_at', Date>;
type ScrubRow = Figures & {
  readonly paused: boolean;
  readonly next_at: Date;
  readonly started_at: Date | null;
  readonly objects_total: number;
};
type DamageRow = Omit<ObjectDamage, 'found_at' | 'seen_at'> & Record<'found_at' | 'seen_at', Date>;

/** What operators see of scrubs, and of what they found. */
@Injectable()
export class ShowScrubs {
  constructor(
    private readonly db: DataSource,
    @Inject(CATALOG_CONFIG) private readonly config: CatalogConfig,
  ) {}

  async ofRegion(region: string): Promise<ResponseOf<typeof GetScrubs>> {
    const damages: DamageRow[] = await this.db.query(DAMAGED, [region, DAMAGES, IMAGES]);
    const [counted]: { total: number }[] = await this.db.query(
      `SELECT count(*)::integer AS total FROM catalog.object_damages d
       JOIN catalog.objects o ON o.id = d.object_id AND o.region = $1 AND o.state = 'sealed'`,
      [region],
    );
    return {
      scrub: await this.#status(region),
      damages: damages.map((row) => ({
        ...row,
        found_at: row.found_at.toISOString(),
        seen_at: row.seen_at.toISOString(),
      })),
      damages_total: counted?.total ?? 0,
    };
  }

  async #status(region: string): Promise<ScrubStatus | null> {
    const [row]: ScrubRow[] = await this.db.query(
      `SELECT ${FIGURES}, started_at, next_at, paused, objects_total FROM catalog.scrubs WHERE region = $1`,
      [region],
    );
    if (row === undefined) return null;
    const { paused, next_at, started_at, objects_total, ...figures } = row;
    const current = started_at && { ...figures, objects_total, started_at: started_at.toISOString() };
    return {
      region,
      state: current === null ? 'waiting' : paused ? 'paused' : 'reading',
      current,
      next_at: next_at.toISOString(),
      pace: this.config.CATALOG_SCRUB_BYTES_PER_SECOND,
      rounds: await this.#rounds(region),
    };
  }

  async #rounds(region: string): Promise<ScrubRound[]> {
    const rows: RoundRow[] = await this.db.query(
      `SELECT ${FIGURES}, started_at, finished_at FROM catalog.scrub_rounds WHERE region = $1
       ORDER BY round DESC LIMIT $2`,
      [region, ROUNDS],
    );
    return rows.map((row) => ({
      ...row,
      started_at: row.started_at.toISOString(),
      finished_at: row.finished_at.toISOString(),
    }));
  }
}

const FIGURES = 'round, objects, bytes::float, damaged, repaired, unread';

const DAMAGED = `SELECT d.object_id, o.key, d.problem, d.detail, d.found_at, d.seen_at,
    coalesce(closed.images, '[]') AS images, coalesce(closed.total, 0)::integer AS images_total
  FROM catalog.object_damages d
  JOIN catalog.objects o ON o.id = d.object_id AND o.region = $1 AND o.state = 'sealed'
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('image_id', i.id, 'name', i.name, 'owner', i.owner, 'status', i.status,
        'inherited', i.inherited) ORDER BY i.inherited, i.id) FILTER (WHERE i.place <= $3) AS images, max(i.place) AS total
    FROM (SELECT image.id, image.name, image.owner, image.status, damaged.inherited,
        row_number() OVER (ORDER BY damaged.inherited, image.id) AS place
      FROM catalog.image_damages damaged
      JOIN catalog.images image ON image.id = damaged.image_id AND image.status <> 'deleted'
      WHERE damaged.object_id = d.object_id) i) closed ON true
  ORDER BY d.found_at DESC, d.object_id LIMIT $2`;
