/** Which images operators look for. */
export interface ImageFilter {
  readonly name: string;
  readonly owner: string;
  readonly visibility: (typeof VISIBILITIES)[number];
}

export const VISIBILITIES = ['all', 'private', 'shared', 'public', 'community'] as const;

/** As the address of the page says it. */
export function readFilter(search: URLSearchParams): ImageFilter {
  return {
    name: search.get('name') ?? '',
    owner: search.get('owner') ?? '',
    visibility: VISIBILITIES.find((each) => each === search.get('visibility')) ?? 'all',
  };
}

export function writeFilter({ name, owner, visibility }: ImageFilter): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ name, owner, visibility }).filter(([, value]) => value !== '' && value !== 'all'),
  );
}
