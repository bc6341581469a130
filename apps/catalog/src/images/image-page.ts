import type { ImageFilters, ImageSort, Visibility } from '@imago/contracts';
import { prepared } from '@imago/persistence';
import { filterConditions, type Term } from './image-filters.ts';
import { afterMarker, markerColumns, orderBy, type SortExpressions, totalOrder } from './image-order.ts';
import { SORT_EXPRESSIONS } from '../migrations/image-search.ts';
import { IMAGE_COLUMNS, type ImageRow } from './image.row.ts';
import { Parameters } from './parameters.ts';

/** Which page of which images. */
export interface ImagePageQuery {
  readonly region: string;
  /** Sees its own images, the public ones and those it received; null sees every project's. */
  readonly viewer: string | null;
  readonly limit: number;
  readonly marker: string | null;
  readonly sort: readonly ImageSort[];
  readonly filters: ImageFilters;
}

export interface ImagePage {
  /** False when the marker names no image the viewer could have seen. */
  readonly marker_found: boolean;
  readonly rows: readonly ImageRow[];
  /** There are more after the last of them. */
  readonly more: boolean;
}

/** Images that lie together in the indexes and carry their terms in one scope. */
interface Arm {
  /** What else is read to find them, and what of it they are sorted by. */
  readonly join?: string;
  readonly sortedBy?: SortExpressions;
  readonly where: string;
  readonly scope: string;
  readonly terms: readonly Term[];
}

/**
 * The one statement that reads a page, and one row beyond it that tells whether there are more. Each arm reads its index
 * from the marker and stops after one page; an OR over all would sort everything. A marker that was deleted since still
 * marks its place, so that a page is never lost with it.
 * A page of all there is to see is read the same way whoever asks for it, so that statement is prepared: to plan three
 * arms over the indexes of every order takes Postgres several times as long as to read them. Where a filter is asked for,
 * the best way depends on how frequent its terms are, and is thought about each time.
 */
export function pageStatement(query: ImagePageQuery): {
  readonly sql: string;
  readonly parameters: readonly unknown[];
} {
  const parameters = new Parameters();
  const order = totalOrder(query.sort);
  const arms = armsOf(query, parameters).map((arm) => armStatement(arm, query, parameters));
  const page = `SELECT * FROM (${arms.join(' UNION ALL ')}) AS arms ${orderBy(order)} LIMIT ${query.limit + 1}`;
  const kept = isOfAll(query.filters) ? prepared : (sql: string): string => sql;
  if (query.marker === null) {
    const sql = kept(`SELECT true AS marker_found, page.* FROM (${page}) AS page ${orderBy(order)}`);
    return { sql, parameters: parameters.values };
  }
  const sql = kept(`WITH marker AS MATERIALIZED (${markerStatement(query.marker, query, parameters)})
    SELECT EXISTS (SELECT 1 FROM marker) AS marker_found, page.*
    FROM (SELECT 1) AS one LEFT JOIN (${page}) AS page ON true ${orderBy(order)}`);
  return { sql, parameters: parameters.values };
}

function armStatement(arm: Arm, query: ImagePageQuery, parameters: Parameters): string {
  const order = totalOrder(query.sort);
  const conditions = [
    `region = ${parameters.add(query.region, 'text')}`,
    `status <> 'deleted'`,
    'machine_image_id IS NULL',
    `os_hidden = ${String(query.filters.os_hidden)}`,
    arm.where,
    ...filterConditions(query.filters, arm, parameters),
    ...(query.marker === null ? [] : [afterMarker(order, arm.sortedBy)]),
  ];
  return `(SELECT ${IMAGE_COLUMNS.join(', ')} FROM catalog.images ${arm.join ?? ''} WHERE ${conditions.join(' AND ')}
    ${orderBy(order, arm.sortedBy)} LIMIT ${query.limit + 1})`;
}

/** Nothing is looked for among them. */
function isOfAll({ os_hidden, tags, properties, ranges, times, ...asked }: ImageFilters): boolean {
  const lists = [tags, Object.keys(properties), ranges, times];
  return (
    !os_hidden &&
    lists.every(({ length }) => length === 0) &&
    Object.values<unknown>(asked).every((each) => each === undefined)
  );
}

function markerStatement(marker: string, { region, viewer, sort }: ImagePageQuery, parameters: Parameters): string {
  const seen =
    viewer === null
      ? 'true'
      : `(owner = ${parameters.add(viewer, 'text')} OR visibility IN ('public', 'community') OR id IN (
          SELECT image_id FROM catalog.image_members WHERE project_id = ${parameters.add(viewer, 'text')}))`;
  return `SELECT ${markerColumns(totalOrder(sort))} FROM catalog.images
    WHERE id = ${parameters.add(marker, 'uuid')} AND region = ${parameters.add(region, 'text')}
      AND machine_image_id IS NULL AND ${seen}`;
}

/** Whose images are looked through: the viewer's own and those everybody may see, or an operator's view of all. */
function armsOf({ region, viewer, filters }: ImagePageQuery, parameters: Parameters): readonly Arm[] {
  const { visibility, owner } = filters;
  const exactly: readonly Term[] = visibility === undefined || visibility === 'all' ? [] : [['visibility', visibility]];
  const of = (project: string): Arm => ({
    where: `owner = ${parameters.add(project, 'text')}`,
    scope: `${region}/${project}`,
    terms: exactly,
  });
  if (viewer === null) return [owner === undefined ? { where: 'true', scope: region, terms: exactly } : of(owner)];
  if (owner === viewer) return [of(viewer)];
  const others = OTHERS[visibility ?? 'default'].map((each) => ({
    where: `visibility = '${each}' AND owner <> ${parameters.add(viewer, 'text')}`,
    scope: `${region}//${each}`,
    terms: owner === undefined ? [] : [['owner', owner] as const],
  }));
  const own = of(viewer);
  const received = isReceivedAsked(visibility) ? [receivedArm({ region, viewer, filters }, parameters)] : [];
  const foreign = [...others, ...received];
  if (owner !== undefined) return foreign.length > 0 ? foreign : [{ ...own, where: `${own.where} AND false` }];
  return [visibility === undefined ? { ...own, where: `${own.where} AND visibility <> 'community'` } : own, ...foreign];
}

function isReceivedAsked(visibility: ImageFilters['visibility']): boolean {
  return visibility === undefined || visibility === 'all' || visibility === 'shared';
}

/** The newest are read from the index of what was received, which knows when they were made. */
const RECEIVED: SortExpressions = {
  ...SORT_EXPRESSIONS,
  created_at: 'received.image_created_at',
  id: 'received.image_id',
};

/** What is shared with the viewer, by what it said to it. */
function receivedArm(
  { region, viewer, filters }: Pick<ImagePageQuery, 'region' | 'filters'> & { readonly viewer: string },
  parameters: Parameters,
): Arm {
  const { member_status: asked = 'accepted', owner } = filters;
  const project = parameters.add(viewer, 'text');
  const status = asked === 'all' ? `status <> 'ended'` : `status = ${parameters.add(asked, 'text')}`;
  return {
    join: `JOIN (SELECT image_id, image_created_at FROM catalog.image_members
      WHERE project_id = ${project} AND ${status}) AS received
      ON received.image_id = id`,
    sortedBy: RECEIVED,
    where: `visibility = 'shared' AND owner <> ${project}`,
    scope: region,
    terms: owner === undefined ? [] : [['owner', owner]],
  };
}

/** What of the images that others show to everybody a list shows; what they share with the viewer comes beside it. */
const OTHERS: Readonly<Record<Visibility | 'all' | 'default', readonly ('public' | 'community')[]>> = {
  default: ['public'],
  all: ['public', 'community'],
  public: ['public'],
  community: ['community'],
  private: [],
  shared: [],
};
