import type { ServerStatus } from '@imago/contracts';
import type { ServerRow } from './server.row.ts';

/** Which page of which servers. */
export interface ServerPageQuery {
  readonly region: string;
  /** Sees its own servers; null sees every project's. */
  readonly viewer: string | null;
  readonly limit: number;
  readonly marker: string | null;
  readonly name: string | null;
  readonly status: ServerStatus | null;
  readonly image_id: string | null;
}

export interface ServerPage {
  /** False when the marker names no server the viewer could have seen. */
  readonly marker_found: boolean;
  readonly rows: readonly ServerRow[];
  /** There are more after the last of them. */
  readonly more: boolean;
}

/**
 * The one statement that reads a page, newest first, and one row beyond it that tells whether there are more. A marker
 * that was deleted since still marks its place, so that a page is never lost with it.
 */
export function pageStatement(query: ServerPageQuery): {
  readonly sql: string;
  readonly parameters: readonly unknown[];
} {
  const parameters: unknown[] = [];
  const equal = (column: string, value: unknown): string => `${column} = $${parameters.push(value)}`;
  const seen = [equal('region', query.region), ...(query.viewer === null ? [] : [equal('project_id', query.viewer)])];
  const marker = query.marker === null ? null : [...seen, equal('id', query.marker)].join(' AND ');
  const conditions = [
    ...seen,
    `status <> 'deleted'`,
    ...(['name', 'status', 'image_id'] as const).flatMap((column) =>
      query[column] === null ? [] : [equal(column, query[column])],
    ),
    ...(marker === null ? [] : ['(created_at, id) < (SELECT created_at, id FROM marker)']),
  ];
  const page = `SELECT * FROM compute.servers WHERE ${conditions.join(' AND ')}
    ORDER BY created_at DESC, id DESC LIMIT $${parameters.push(query.limit + 1)}`;
  if (marker === null) return { sql: `SELECT true AS marker_found, page.* FROM (${page}) AS page`, parameters };
  const sql = `WITH marker AS MATERIALIZED (SELECT created_at, id FROM compute.servers WHERE ${marker})
    SELECT EXISTS (SELECT 1 FROM marker) AS marker_found, page.*
    FROM (SELECT 1) AS one LEFT JOIN (${page}) AS page ON true ORDER BY created_at DESC, id DESC`;
  return { sql, parameters };
}
