import type { LogQuery } from './log.repository.ts';

/**
 * The statement that reads a page of the log. Whatever is asked for, there is an index that leads to it, so that what is
 * rare is not looked for among all. Parameters: region, types, after, limit, bytes, viewer, subject.
 */
export function logPage(query: Pick<LogQuery, 'viewer' | 'types' | 'subject' | 'order'>): string {
  const direction = query.order === 'asc' ? 'ASC' : 'DESC';
  const after = `($3::bigint IS NULL OR cursor ${query.order === 'asc' ? '>' : '<'} $3::bigint)`;
  const page = `ORDER BY cursor ${direction} LIMIT $4::int + 1`;
  const found = places(query)
    .map((place) => `(SELECT cursor FROM ${place} AND ${after} ${page})`)
    .join(' UNION ALL ');
  return `WITH given AS (SELECT $1::text, $2::text[], $6::text, $7::text),
page AS (SELECT cursor FROM (${found}) AS found ${page}),
measured AS (
  SELECT cursor, envelope, row_number() OVER places AS place, sum(octet_length(envelope)) OVER places AS bytes,
    count(*) OVER ()::int AS found
  FROM page JOIN activity.log USING (cursor) WINDOW places AS (ORDER BY cursor ${direction})
)
SELECT cursor, envelope, found FROM measured
WHERE place <= $4::int AND (place = 1 OR bytes <= $5::int) ORDER BY place`;
}

/** Where the cursors stand that are asked for: each is read in its order and no further than a page. */
function places({ viewer, types, subject }: Pick<LogQuery, 'viewer' | 'types' | 'subject'>): readonly string[] {
  if (subject !== null) return [OF_SUBJECT];
  const all = viewer === null ? OF_REGION : OF_VIEWER;
  return types.length === 0 ? [all] : types.map((_type, index) => `${all} AND type = ($2::text[])[${index + 1}]`);
}

const OF_REGION = 'activity.log WHERE region = $1';
const OF_VIEWER = 'activity.log_viewers WHERE region = $1 AND project_id = $6';
/** One thing has few events, so that who sees them and their types are looked at one by one. */
const OF_SUBJECT = `activity.log WHERE region = $1 AND subject = $7 AND ($6::text IS NULL OR $6 = ANY(audience))
  AND (cardinality($2::text[]) = 0 OR type = ANY($2))`;
