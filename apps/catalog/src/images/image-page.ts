import type { ImageStatus, Visibility } from '@imago/contracts';
import type { ImageRow } from './image.row.ts';

/** Which page of which images. */
export interface ImagePageQuery {
  readonly region: string;
  /** Sees its own and the public images; null sees every project's. */
  readonly viewer: string | null;
  readonly limit: number;
  readonly marker: string | null;
  readonly name: string | null;
  readonly status: ImageStatus | null;
  readonly visibility: Visibility | null;
}

export interface ImagePage {
  /** False when the marker names no image the viewer could have seen. */
  readonly marker_found: boolean;
  readonly rows: readonly ImageRow[];
  /** There are more after the last of them. */
  readonly more: boolean;
}

/** The one statement that reads a page, and one row beyond it that tells whether there are more. */
export function pageStatement(query: ImagePageQuery): {
  readonly sql: string;
  readonly parameters: readonly unknown[];
} {
  const { region, viewer, marker, limit, name, status, visibility } = query;
  return { sql: PAGE, parameters: [region, viewer, marker, limit + 1, name, status, visibility] };
}

const SELECTED = `region = $1 AND status <> 'deleted' AND NOT os_hidden
  AND ($5::text IS NULL OR name = $5)
  AND ($6::text IS NULL OR status = $6)
  AND ($7::text IS NULL OR visibility = $7)
  AND ($3::uuid IS NULL OR (created_at, id) < ((SELECT created_at FROM marker), (SELECT id FROM marker)))`;
const NEWEST = 'ORDER BY created_at DESC, id DESC LIMIT $4';

/**
 * Each arm reads its index backwards from the marker and stops after one page; an OR over both would sort everything.
 * A marker that was deleted since still marks its place, so that a page is never lost with it. Parameters: region,
 * viewer, marker, rows, name, status, visibility.
 */
const PAGE = `
WITH marker AS (
  SELECT created_at, id FROM catalog.images
  WHERE id = $3 AND region = $1 AND ($2::text IS NULL OR owner = $2 OR visibility = 'public')
), page AS (
  (SELECT * FROM catalog.images WHERE $2::text IS NULL AND ${SELECTED} ${NEWEST})
  UNION ALL
  (SELECT * FROM catalog.images WHERE owner = $2 AND ${SELECTED} ${NEWEST})
  UNION ALL
  (SELECT * FROM catalog.images WHERE visibility = 'public' AND owner <> $2 AND ${SELECTED} ${NEWEST})
  ${NEWEST}
)
SELECT ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM marker)) AS marker_found, page.*
FROM (SELECT 1) AS one LEFT JOIN page ON true
ORDER BY page.created_at DESC, page.id DESC`;
