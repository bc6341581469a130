import { z } from 'zod';

/** Largest and usual page, as in Glance. */
export const LARGEST_PAGE = 1000;
const USUAL_PAGE = 25;

/** A whole number in a query string, cut to the largest page as Glance does. */
export const pageLimit = z
  .string()
  .regex(/^\d{1,9}$/, { message: 'must be a whole number' })
  .transform((text) => Math.min(Number(text), LARGEST_PAGE))
  .default(USUAL_PAGE);

/** {@link pageLimit} where an empty page makes no sense. */
export const filledPageLimit = pageLimit.refine((limit) => limit > 0, { message: 'must be at least 1' });

type Pair = [string, string];

/** The links of a page: `next` is absent on the last one. */
export interface PageLinks {
  readonly first: string;
  readonly next?: string;
}

/**
 * Links relative to the API's root (`/v2/images?…`), without region prefix or host: OpenStack clients put them behind
 * the endpoint they know. The query is the caller's own, so that filters stay.
 */
export function pageLinks(
  path: string,
  query: Readonly<Record<string, unknown>>,
  nextMarker: string | null,
): PageLinks {
  const kept = Object.entries(query).flatMap(([key, value]) => {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values
      .filter((each) => typeof each === 'string' && key !== 'marker')
      .map((each): Pair => [key, each as string]);
  });
  const first = link(path, kept);
  return nextMarker === null ? { first } : { first, next: link(path, [...kept, ['marker', nextMarker]]) };
}

function link(path: string, query: readonly Pair[]): string {
  const text = new URLSearchParams([...query]).toString();
  return text === '' ? path : `${path}?${text}`;
}
