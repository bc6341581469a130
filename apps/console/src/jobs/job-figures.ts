import type { JobOnBoard } from '@imago/contracts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** A byte count, which is decimal text, for people: three digits and a unit. */
export function bytesFor(language: string, count: string): string {
  let value = Number(count);
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit += 1) value /= 1024;
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: value < 100 && unit > 0 ? 1 : 0 });
  return `${format.format(value)} ${UNITS[unit] ?? ''}`;
}

/** Hundredths done; null while nobody knows how much there is. */
export function percentOf({ bytes_done: done, bytes_total: total, state }: JobOnBoard): number | null {
  if (state === 'succeeded') return 100;
  if (total === null || total === '0') return null;
  return Math.min(100, Number((BigInt(done) * 100n) / BigInt(total)));
}

/** Seconds as a clock shows them. */
export function durationOf(seconds: number): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** A moment, to the second. */
export function timeFor(language: string, instant: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' }).format(new Date(instant));
}
