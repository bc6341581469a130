import { lockName, prepared } from '@imago/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { LogEntry } from './log-entry.ts';
import { logPage } from './log-page.ts';

/** Whose view of which image's history. */
export interface ImageView {
  readonly image_id: string;
  readonly region: string;
  /** Sees the events whose audience it is in; null sees all. */
  readonly viewer: string | null;
}

export interface ImageHistoryQuery extends ImageView {
  readonly limit: number;
  /** Cursor of the last event before the page; null for the first page. */
  readonly after: string | null;
  /** What the envelopes of a page may have in bytes; the first always fits. */
  readonly bytes: number;
}

export interface LogQuery {
  readonly region: string;
  /** Sees what it is told; null sees all. */
  readonly viewer: string | null;
  /** None: every type. */
  readonly types: readonly string[];
  /** What it is about; null for anything. */
  readonly subject: string | null;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  /** Cursor of the last event before the page; null for the first page. */
  readonly after: string | null;
  /** What the envelopes of a page may have in bytes; the first always fits. */
  readonly bytes: number;
}

export interface ImageHistory {
  readonly events: readonly { readonly cursor: string; readonly envelope: string }[];
  /** There are more after the last of them. */
  readonly more: boolean;
}

/** The largest cursor there can be: what a bigint holds. */
const LARGEST_CURSOR = 2n ** 63n - 1n;

/** Whether a number can stand for a place in the log at all. */
export function couldBeCursor(digits: string): boolean {
  return BigInt(digits) <= LARGEST_CURSOR;
}

/** The rows of the log. */
@Injectable()
export class LogRepository {
  /**
   * Adds an event, if it is not there yet, and says whether it was not. Appends one at a time, each holding its turn until its commit, also across
   * replicas: a cursor is visible only when all smaller ones are.
   */
  async append(tx: EntityManager, entry: LogEntry, envelope: string): Promise<boolean> {
    await lockName(tx, 'imago.activity.log');
    const added: unknown[] = await tx.query(APPEND, [
      entry.id,
      entry.source,
      entry.type,
      entry.dataversion,
      entry.subject,
      entry.image_id,
      entry.aggregate,
      entry.sequence,
      entry.project_id,
      entry.region,
      entry.audience,
      entry.actor,
      entry.correlation_id,
      entry.time,
      envelope,
    ]);
    return added.length > 0;
  }

  /** Whether anything was logged of an image that the viewer may see. */
  async knowsImage(db: EntityManager, { image_id, region, viewer }: ImageView): Promise<boolean> {
    const found: unknown[] = await db.query(`SELECT 1 FROM activity.log WHERE ${OF_IMAGE} LIMIT 1`, [
      image_id,
      region,
      viewer,
    ]);
    return found.length > 0;
  }

  /** Whether a cursor stands at an event the viewer may see, and so can be gone on from. */
  async hasPlace(db: EntityManager, view: ImageView, cursor: string): Promise<boolean> {
    const found: unknown[] = await db.query(`SELECT 1 FROM activity.log WHERE ${OF_IMAGE} AND cursor = $4`, [
      view.image_id,
      view.region,
      view.viewer,
      cursor,
    ]);
    return found.length > 0;
  }

  /** A page of the log in the order of its cursors, in which nothing is ever put in between. */
  async page(db: EntityManager, query: LogQuery): Promise<ImageHistory> {
    const wanted = { ...query, types: [...new Set(query.types)] };
    const { region, viewer, subject, types, after, limit, bytes } = wanted;
    const rows: { cursor: string; envelope: string; found: number }[] = await db.query(logPage(wanted), [
      region,
      types,
      after,
      limit,
      bytes,
      viewer,
      subject,
    ]);
    return { events: rows, more: (rows[0]?.found ?? 0) > rows.length };
  }

  /** A page of an image's history, oldest first. */
  async history(db: EntityManager, query: ImageHistoryQuery): Promise<ImageHistory> {
    const { image_id, region, viewer, after, limit, bytes } = query;
    const rows: { cursor: string; envelope: string; found: number }[] = await db.query(HISTORY, [
      image_id,
      region,
      viewer,
      after,
      limit,
      bytes,
    ]);
    return { events: rows, more: (rows[0]?.found ?? 0) > rows.length };
  }
}

/**
 * An event takes the place of its cursor, unless a later version of the same thing came before it: then it takes the
 * place of that, and its sequence puts it in front.
 */
const APPEND = prepared(`
WITH logged AS (INSERT INTO activity.log (cursor, anchor, id, source, type, dataversion, subject, image_id, aggregate, sequence,
  project_id, region, audience, actor, correlation_id, time, envelope)
SELECT next.cursor,
  coalesce((SELECT later.anchor FROM activity.log later
            WHERE later.source = $2 AND later.aggregate = $7 AND $8::numeric > 0 AND later.sequence > $8::numeric
            ORDER BY later.sequence, later.anchor LIMIT 1), next.cursor),
  $1, $2, $3, $4, $5, $6, $7, $8::numeric, $9, $10, $11, $12, $13, $14, $15
FROM (SELECT nextval('activity.log_cursor_seq') AS cursor) AS next
ON CONFLICT ON CONSTRAINT log_id_key DO NOTHING RETURNING region, audience, cursor, type),
viewers AS (INSERT INTO activity.log_viewers (region, project_id, cursor, type)
  SELECT DISTINCT region, viewer, cursor, type FROM logged, unnest(audience) AS viewer)
SELECT cursor FROM logged`);

/** Parameters: image, region, viewer. */
const OF_IMAGE = 'image_id = $1 AND region = $2 AND ($3::text IS NULL OR $3 = ANY(audience))';

/** Reads the index of the image from the place of the marker and stops after one page. Then: after, limit, bytes. */
const HISTORY = `
WITH marker AS (
  SELECT anchor, sequence, cursor FROM activity.log WHERE cursor = $4::bigint
), page AS (
  SELECT anchor, sequence, cursor, envelope FROM activity.log
  WHERE ${OF_IMAGE} AND ($4::bigint IS NULL OR (anchor, sequence, cursor) >
    ((SELECT anchor FROM marker), (SELECT sequence FROM marker), (SELECT cursor FROM marker)))
  ORDER BY anchor, sequence, cursor LIMIT $5::int + 1
), measured AS (
  SELECT *, row_number() OVER places AS place, sum(octet_length(envelope)) OVER places AS bytes,
    count(*) OVER ()::int AS found
  FROM page WINDOW places AS (ORDER BY anchor, sequence, cursor)
)
SELECT cursor, envelope, found FROM measured
WHERE place <= $5::int AND (place = 1 OR bytes <= $6::int) ORDER BY place`;
