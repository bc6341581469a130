import type { EventEnvelope } from '@imago/contracts';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { AREAS, type Area, areasOf } from './areas-of.ts';
import { PacedLook } from './paced-look.ts';

/** What to call with each event that is heard: what it concerns is asked for again. */
export function useHeard(): (event: EventEnvelope) => void {
  const queries = useQueryClient();
  return useMemo(() => {
    const looks = looksOf(queries);
    return (event) => {
      for (const area of areasOf(event)) looks[area].changed();
    };
  }, [queries]);
}

function looksOf(queries: QueryClient): Readonly<Record<Area, PacedLook>> {
  const look = (area: Area) =>
    // A question under way is left to be answered, or a slow gateway would never answer one.
    new PacedLook(() => void queries.invalidateQueries({ queryKey: [area] }, { cancelRefetch: false }));
  return Object.fromEntries(AREAS.map((area) => [area, look(area)])) as Record<Area, PacedLook>;
}
