import type { EventEnvelope } from '@imago/contracts';

/** What the console asks for; the key of every question begins with one, so that events know whom they concern. */
export const AREAS = ['images', 'shares', 'jobs', 'servers', 'quotas', 'events', 'operations'] as const;
export type Area = (typeof AREAS)[number];

const BY_SERVICE: Readonly<Record<string, readonly Area[]>> = {
  '/imago/catalog': ['images'],
  '/imago/sharing': ['images', 'shares'],
  '/imago/compute': ['servers'],
  '/imago/quota': ['quotas'],
};

/** What may be answered otherwise since this happened. */
export function areasOf({ source, data }: EventEnvelope): ReadonlySet<Area> {
  const tellsOfJob = typeof data === 'object' && data !== null && 'job' in data;
  return new Set<Area>([
    'events',
    'operations',
    ...(BY_SERVICE[source] ?? []),
    ...(tellsOfJob ? (['jobs'] as const) : []),
  ]);
}
