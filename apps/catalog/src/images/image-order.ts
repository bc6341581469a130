import type { ImageSort, ImageSortKey } from '@imago/contracts';
import { SORT_EXPRESSIONS } from '../migrations/image-search.ts';

const NEWEST_FIRST: readonly ImageSort[] = [{ key: 'created_at', direction: 'desc' }];

/**
 * A total order: images equal in what was asked for come in the order of their making, in the direction of the last key
 * asked for, so that an index of one key can be read in it forwards or backwards.
 */
export function totalOrder(asked: readonly ImageSort[]): readonly ImageSort[] {
  const sorts = asked.length === 0 ? NEWEST_FIRST : asked;
  const direction = sorts.at(-1)?.direction ?? 'desc';
  const order: ImageSort[] = [];
  const ties = (['created_at', 'id'] as const).map((key) => ({ key, direction }));
  for (const sort of [...sorts, ...ties]) {
    // No two images have the same id: nothing sorts after it.
    if (order.at(-1)?.key === 'id') break;
    if (order.every(({ key }) => key !== sort.key)) order.push(sort);
  }
  return order;
}

/** What each key is in a statement: a column of the images, or where the same is found cheaper. */
export type SortExpressions = Readonly<Record<ImageSortKey, string>>;

export function orderBy(order: readonly ImageSort[], expressions: SortExpressions = SORT_EXPRESSIONS): string {
  return `ORDER BY ${order.map(({ key, direction }) => `${expressions[key]} ${direction.toUpperCase()}`).join(', ')}`;
}

/** What a page needs to know of its marker: {@link afterMarker} compares with it. */
export function markerColumns(order: readonly ImageSort[]): string {
  return order.map(({ key }, place) => `${SORT_EXPRESSIONS[key]} AS k${place}`).join(', ');
}

/** What comes after the marker in the order. In one direction it is one comparison of rows, which an index can begin at. */
export function afterMarker(order: readonly ImageSort[], expressions: SortExpressions = SORT_EXPRESSIONS): string {
  const [first] = order;
  if (first === undefined) throw new Error('an order has at least one key');
  if (order.every(({ direction }) => direction === first.direction)) {
    const columns = order.map(({ key }) => expressions[key]).join(', ');
    return `(${columns}) ${comparison(first)} (${order.map((_, place) => marked(place)).join(', ')})`;
  }
  const steps = order.map((sort, place) => {
    const equal = order.slice(0, place).map(({ key }, before) => `${expressions[key]} = ${marked(before)}`);
    return `(${[...equal, `${expressions[sort.key]} ${comparison(sort)} ${marked(place)}`].join(' AND ')})`;
  });
  return `${expressions[first.key]} ${comparison(first)}= ${marked(0)} AND (${steps.join(' OR ')})`;
}

function comparison({ direction }: ImageSort): '<' | '>' {
  return direction === 'asc' ? '>' : '<';
}

function marked(place: number): string {
  return `(SELECT k${place} FROM marker)`;
}
