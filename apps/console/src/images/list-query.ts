import { isOperator, type Session } from '../session/session.ts';
import type { ImageTab } from './image.ts';

/** How images are looked for; all of it stands in the address. */
export interface ImageListQuery {
  readonly tab: ImageTab;
  readonly search: string;
  readonly status: string;
  readonly system: string;
  readonly sort: string;
}

export const FILTERS = ['search', 'status', 'system'] as const;
export const USUAL_SORT = 'created_at:desc';

export function readListQuery(search: URLSearchParams): ImageListQuery {
  const tab = search.get('tab');
  return {
    tab: tab === 'public' || tab === 'shared' ? tab : 'private',
    search: search.get('search') ?? '',
    status: search.get('status') ?? '',
    system: search.get('system') ?? '',
    sort: search.get('sort') ?? USUAL_SORT,
  };
}

export function writeListQuery(query: ImageListQuery): URLSearchParams {
  const written = Object.entries(query).filter(
    ([name, value]) => value !== '' && !(name === 'sort' && value === USUAL_SORT),
  );
  return new URLSearchParams(written as [string, string][]);
}

export function isFiltered(query: ImageListQuery): boolean {
  return FILTERS.some((name) => query[name] !== '');
}

/** What the gateway is asked, a page at a time. */
export function pageQuery(query: ImageListQuery, marker: string | null, session: Session): Record<string, string> {
  const { tab, search, status, system, sort } = query;
  return {
    ...ofTab(tab, session),
    ...(search === '' ? {} : { search }),
    ...(status === '' ? {} : { status }),
    ...(system === '' ? {} : { os_distro: system }),
    ...(marker === null ? {} : { marker }),
    sort,
    limit: '20',
  };
}

/** One's own are private whether they are shared or not. An operator's public ones are no private images. */
function ofTab(tab: ImageTab, session: Session): Record<string, string> {
  if (tab !== 'private') return { visibility: tab };
  return { owner: session.project_id, ...(isOperator(session) ? { visibility: 'private' } : {}) };
}
