import type { ImageFilters } from '@imago/contracts';
import { SORT_EXPRESSIONS } from '../migrations/image-search.ts';
import type { Parameters } from './parameters.ts';

/** An attribute, `tag` or `p:` and the name of a custom property, and its value. */
export type Term = readonly [attribute: string, value: string];

const ANY_OF = ['name', 'status', 'container_format', 'disk_format'] as const;

/** The conditions an image must meet beside those of where it is looked for, whose scope its terms are in. */
export function filterConditions(
  filters: ImageFilters,
  { scope, terms }: { readonly scope: string; readonly terms: readonly Term[] },
  parameters: Parameters,
): readonly string[] {
  const array = (of: readonly Term[]): string => {
    const elements = of.map(([attribute, value]) => {
      const said = [scope, attribute, value].map((text) => parameters.add(text, 'text'));
      return `catalog.image_term(${said.join(', ')})`;
    });
    return `ARRAY[${elements.join(', ')}]`;
  };
  const all = [...terms, ...requiredTerms(filters)];
  const anyOf = ANY_OF.flatMap((attribute) => {
    const values = filters[attribute];
    return values === undefined ? [] : [`terms && ${array(values.map((value) => [attribute, value]))}`];
  });
  return [
    ...(all.length === 0 ? [] : [`terms @> ${array(all)}`]),
    ...anyOf,
    ...searchCondition(filters.search, parameters),
    ...rangeConditions(filters, parameters),
  ];
}

/** Looked for along the index of the order: a page costs what lies between its images, which are a project's own. */
function searchCondition(search: string | undefined, parameters: Parameters): readonly string[] {
  if (search === undefined) return [];
  const [id] = uuidsIn([search]);
  if (id !== undefined) return [`id = ${parameters.add(id, 'uuid')}`];
  return [`strpos(lower(name), lower(${parameters.add(search, 'text')})) > 0`];
}

function requiredTerms({ checksum, os_hash_value, tags, properties, ...filters }: ImageFilters): readonly Term[] {
  const attributes = { checksum, os_hash_value, protected: filters.protected?.toString() };
  return [
    ...Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ...tags.map((tag): Term => ['tag', tag]),
    ...Object.entries(properties).map(([name, value]): Term => [`p:${name}`, value]),
  ];
}

function rangeConditions(filters: ImageFilters, parameters: Parameters): readonly string[] {
  const conditions: string[] = [];
  if (filters.id !== undefined) conditions.push(`id = ANY (${parameters.add(uuidsIn(filters.id), 'uuid[]')})`);
  for (const { attribute, minimum, maximum } of filters.ranges) {
    for (const [comparison, end] of [
      ['>=', minimum],
      ['<=', maximum],
    ] as const) {
      if (end === null) continue;
      conditions.push(`${attribute} ${comparison} ${parameters.add(end, 'bigint')}`);
      // Postgres knows the figures of the column and reads the index of its order: it is told both.
      if (attribute === 'size')
        conditions.push(`${SORT_EXPRESSIONS.size} ${comparison} ${parameters.add(end, 'bigint')}`);
    }
  }
  for (const { attribute, operator, instant } of filters.times) {
    const at = (ms: number): string => parameters.add(new Date(ms).toISOString(), 'timestamptz');
    conditions.push(timeCondition(attribute, operator, { at, ms: Date.parse(instant) }));
  }
  return conditions;
}

/** Clients see whole seconds, so whole seconds are compared: what is shown as equal is equal. */
function timeCondition(
  attribute: string,
  operator: ImageFilters['times'][number]['operator'],
  { at, ms }: { readonly at: (ms: number) => string; readonly ms: number },
): string {
  const from = Math.ceil(ms / 1000) * 1000;
  const after = (Math.floor(ms / 1000) + 1) * 1000;
  switch (operator) {
    case 'gt':
      return `${attribute} >= ${at(after)}`;
    case 'gte':
      return `${attribute} >= ${at(from)}`;
    case 'lt':
      return `${attribute} < ${at(from)}`;
    case 'lte':
      return `${attribute} < ${at(after)}`;
    case 'eq':
      return `(${attribute} >= ${at(from)} AND ${attribute} < ${at(after)})`;
    case 'neq':
      return `(${attribute} < ${at(from)} OR ${attribute} >= ${at(after)})`;
    default:
      return operator satisfies never;
  }
}

/** A text that is no UUID is the id of no image. */
function uuidsIn(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text));
}
