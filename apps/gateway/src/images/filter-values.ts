import type { ImageFilters } from '@imago/contracts';
import { z } from 'zod';

type Range = ImageFilters['ranges'][number];
type Moment = Omit<ImageFilters['times'][number], 'attribute'>;
type Attribute = Range['attribute'];

/** The keys that ask for a whole number. */
export type Count = Attribute | `${Attribute}_min` | `${Attribute}_max`;

/** A whole number in a query string. */
export const count = z.string().regex(/^\d{1,19}$/, { message: 'must be a whole number' });

/** A key that may be given several times. */
export function valueList<S extends z.ZodType>(each: S): z.ZodPreprocess<z.ZodArray<S>> {
  return z.preprocess((given: unknown): unknown[] => (Array.isArray(given) ? given : [given]), z.array(each).max(128));
}

/** An item between quotes may have commas, and quotes behind a backslash; one without has neither. */
const ITEM = /\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>[^",]*))\s*(?:,|$)/sy;

/**
 * `in:a,"b,c"` is any of several, `eq:a` and plain `a` are one. Other words before a colon belong to the value: names
 * may have colons.
 */
export const anyOf = z.string({ message: 'must be given once' }).transform((text, context) => {
  const values = text.startsWith('in:') ? listed(text.slice(3)) : [text.replace(/^eq:/, '')];
  const parsed = z.array(z.string().max(255)).min(1).max(100).safeParse(values);
  if (parsed.success) return parsed.data;
  context.addIssue({ code: 'custom', message: 'must be a value or in:a,"b,c" with at most 100 of them' });
  return z.NEVER;
});

function listed(text: string): string[] | undefined {
  const items: string[] = [];
  const next = new RegExp(ITEM);
  while (next.lastIndex < text.length) {
    const groups = next.exec(text)?.groups;
    if (groups === undefined) return undefined;
    items.push(groups['quoted']?.replace(/\\(.)/gs, '$1') ?? groups['plain']?.trim() ?? '');
  }
  return items;
}

const OPERATORS = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;
const MOMENT = new RegExp(
  `^(?:(?<operator>${OPERATORS.join('|')}):)?(?<time>\\d{4}-\\d{2}-\\d{2}(?:[T ]\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,6})?)?)?)(?<zone>Z|[+-]\\d{2}:?\\d{2})?$`,
);

/** `gt:2026-11-23T20:51:47Z` and its like, given once or, for a span of time, twice. Without a zone it is UTC. */
export const moments = valueList(
  z.string().transform((text, context): Moment => {
    const { operator = 'eq', time = '', zone = 'Z' } = MOMENT.exec(text)?.groups ?? {};
    const instant = new Date(`${time.replace(' ', 'T')}${time.length > 10 ? zone : ''}`);
    if (!Number.isNaN(instant.getTime())) {
      return { operator: operator as Moment['operator'], instant: instant.toISOString() };
    }
    context.addIssue({
      code: 'custom',
      message: 'must be a time with gt, gte, lt, lte, eq or neq, as gt:2026-11-23T20:51:47Z',
    });
    return z.NEVER;
  }),
);

/** The spans of whole numbers a query asks for. */
export function byteRanges(asked: Readonly<Partial<Record<Count, string | undefined>>>): Range[] {
  return (['size', 'virtual_size', 'min_disk', 'min_ram'] as const).flatMap((attribute) => {
    const exactly = asked[attribute];
    const minimum = asked[`${attribute}_min`];
    const maximum = asked[`${attribute}_max`];
    return [
      ...(exactly === undefined ? [] : [{ attribute, minimum: exactly, maximum: exactly }]),
      ...((minimum ?? maximum) === undefined
        ? []
        : [{ attribute, minimum: minimum ?? null, maximum: maximum ?? null }]),
    ];
  });
}
