import type { components } from '../gateway/openapi.ts';
import { answered, type Gateway } from '../gateway/gateway.ts';

export type UsageLine = components['schemas']['UsagePage']['usage'][number];

export const GROUPINGS = ['hour', 'day', 'image'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What usage is asked for: days of UTC, as bills have them, the last one with. */
export interface UsageWish {
  readonly by: Grouping;
  readonly from: string;
  readonly to: string;
}

/** Lines of an answer, and answers that are read for a page: more are for a table to download. */
const LINES = 1000;
const PAGES = 3;
const DAY = 86_400_000;

/** The month so far. */
export function monthSoFar(now: Date): Pick<UsageWish, 'from' | 'to'> {
  const today = now.toISOString().slice(0, 10);
  return { from: `${today.slice(0, 8)}01`, to: today };
}

/** The query that asks for it. */
export function usageQuery({ by, from, to }: UsageWish) {
  const end = new Date(Date.parse(`${to}T00:00:00.000Z`) + DAY).toISOString();
  return { by, from: `${from}T00:00:00.000Z`, to: end, limit: String(LINES) };
}

export interface Usage {
  readonly lines: readonly UsageLine[];
  /** There is more than is read here. */
  readonly more: boolean;
}

/**
 * The usage asked for, as far as a page shows it.
 * @throws Problem
 */
export async function readUsage({ api }: Gateway, wish: UsageWish, signal: AbortSignal): Promise<Usage> {
  const lines: UsageLine[] = [];
  for (let page = 0; page < PAGES; page += 1) {
    const query = { ...usageQuery(wish), ...(page === 0 ? {} : { marker: String(lines.length) }) };
    const { usage, next } = await answered(api.GET('/v1/usage', { params: { query }, signal }));
    lines.push(...usage);
    if (next === undefined) return { lines, more: false };
  }
  return { lines, more: true };
}

/** Hours times GiB, of all lines. */
export function totalOf(lines: readonly UsageLine[]): number {
  return lines.reduce((sum, { gib_hours: amount }) => sum + Number(amount), 0);
}
