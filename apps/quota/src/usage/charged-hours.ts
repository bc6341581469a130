/**
 * The billing rule, as SQL over the periods of a region: a clock hour (UTC) that has begun counts whole for every image and
 * project that was charged for any bytes at any moment of it, with the most bytes of that hour. A period that ends as an
 * hour begins does not count for that hour; one without length counts for none.
 *
 * Its parameters: $1 region, $2 project or null for all, $3 from, $4 to (hours from the one up to the other), $5 now.
 */
export const CHARGED_HOURS = `
  SELECT period.project_id, period.image_id, hour, max(period.bytes) AS bytes
  FROM quota.storage_periods period
  CROSS JOIN LATERAL generate_series(
    date_trunc('hour', greatest(period.began_at, $3::timestamptz), 'UTC'),
    least(period.ended_at, $4::timestamptz, $5::timestamptz), interval '1 hour') AS hour
  WHERE period.region = $1 AND ($2::text IS NULL OR period.project_id = $2) AND period.bytes > 0
    AND period.began_at < $4::timestamptz
    AND (period.ended_at IS NULL OR (period.ended_at > $3::timestamptz AND period.ended_at > period.began_at))
    AND hour >= $3::timestamptz AND hour < $4::timestamptz
    AND (period.ended_at IS NULL OR hour < period.ended_at)
  GROUP BY period.project_id, period.image_id, hour`;
