import type { Grouping, UsageWish } from './usage.ts';

/** Milliseconds of a part of time that has a line. */
const LENGTH: Readonly<Record<Exclude<Grouping, 'image'>, number>> = { hour: 3_600_000, day: 86_400_000 };

/** The beginnings of all hours or days of a time that has gone by, so that those without usage have their place too. */
export function everyTime(
  by: Exclude<Grouping, 'image'>,
  { from, to }: Pick<UsageWish, 'from' | 'to'>,
  now: Date,
): string[] {
  const length = LENGTH[by];
  const begin = Date.parse(`${from}T00:00:00.000Z`);
  const end = Math.min(Date.parse(`${to}T00:00:00.000Z`) + LENGTH.day, now.getTime());
  const count = Math.max(0, Math.ceil((end - begin) / length));
  return Array.from({ length: count }, (_, place) => new Date(begin + place * length).toISOString());
}

/** When a line of usage begins: a day of UTC, as bills have it, or an hour of this place. */
export function usageTime(language: string, by: Grouping, from: string | null): string {
  if (from === null) return '';
  return by === 'day'
    ? new Date(from).toLocaleDateString(language, { month: 'numeric', day: 'numeric', timeZone: 'UTC' })
    : new Date(from).toLocaleString(language, { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' });
}
