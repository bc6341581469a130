import type { READINESS_POINTS, ReadinessPoint, ReadinessStatus } from '@imago/contracts';
import { printable } from './disk/printable.ts';
import { Unreadable } from './disk/unreadable.ts';

export type PointName = (typeof READINESS_POINTS)[number];

/** What a rule finds of its point. */
export interface Finding {
  readonly status: ReadinessStatus;
  readonly seen: string;
  readonly where?: string | null;
  readonly remedy?: string | null;
}

/** The worse, the higher: what could not be found out counts less than what is known to be wrong. */
const WEIGHTS: Record<ReadinessStatus, number> = { ok: 0, unknown: 1, warning: 2, problem: 3 };

/** The worst of them; `ok` when there are none. */
export function worstStatus(statuses: readonly ReadinessStatus[]): ReadinessStatus {
  return statuses.reduce<ReadinessStatus>((worst, each) => (WEIGHTS[each] > WEIGHTS[worst] ? each : worst), 'ok');
}

/** The worst of several findings with how many more there are; null when there are none. */
export function worstFinding(findings: readonly Finding[]): Finding | null {
  const worst = worstStatus(findings.map(({ status }) => status));
  const first = findings.find(({ status }) => status === worst);
  if (first === undefined) return null;
  const more = findings.filter((each) => each !== first && each.status !== 'ok').length;
  return more === 0 ? first : { ...first, seen: `${first.seen} (and ${more} more)` };
}

/** The point a rule makes; where the disk could not be read for it, it is unknown and says why. */
export async function makePoint(point: PointName, rule: () => Promise<Finding>): Promise<ReadinessPoint> {
  try {
    return pointOf(point, await rule());
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return pointOf(point, {
      status: 'unknown',
      seen: `It could not be found out: ${error.message}`,
      where: error.where,
    });
  }
}

function pointOf(point: PointName, { status, seen, where, remedy }: Finding): ReadinessPoint {
  const cut = (text: string | null | undefined, longest: number): string | null =>
    text ? printable(text, longest) || null : null;
  return {
    point,
    status,
    seen: cut(seen, 500) ?? 'Nothing was seen',
    where: cut(where, 300),
    remedy: cut(remedy, 500),
  };
}
