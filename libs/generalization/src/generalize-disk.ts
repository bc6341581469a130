import { CachedDisk, DEFAULT_READINESS_LIMITS, type DiskFacts, type ExaminedDisk } from '@imago/readiness';
import { factsOf, findSystem, type FoundSystem, type PointName, printable } from '@imago/readiness';
import { type ReadinessLimits, SourceFailure, Unreadable } from '@imago/readiness';
import { applyPlan } from './apply-plan.ts';
import { type Generalization, Refusal } from './generalization.ts';
import { Plan } from './plan.ts';
import { boundCardsRule } from './rules/bound-cards.ts';
import { fstabRule } from './rules/fstab.ts';
import { hostKeysRule } from './rules/host-keys.ts';
import { initialisationRule, tellOfInstance } from './rules/initialisation.ts';
import { machineIdRule } from './rules/machine-id.ts';
import { networkCardsRule } from './rules/network-cards.ts';
import type { RuleInput } from './rules/rule.ts';
import { unreadable } from './unreadable-refusal.ts';

const RULES = [networkCardsRule, boundCardsRule, initialisationRule, fstabRule, machineIdRule, hostKeysRule];
const MOST_PATCHED = 4 * 1024 * 1024;

/** How a disk is generalized. */
export interface GeneralizationOptions {
  readonly signal: AbortSignal;
  /** When files that are changed say that they were. */
  readonly now: Date;
  /** Of all reading. */
  readonly limits?: Partial<ReadinessLimits>;
  /** Bytes of blocks that may change; 4 MiB when nothing is said. */
  readonly mostPatched?: number;
}

/**
 * Says which bytes of a disk are to be others, so that many servers can be made of it, and what cannot be changed. The
 * disk is read and never written. Whatever is on it, there is an answer, within the limits; only a failure of the source,
 * or the signal, is thrown, as it came.
 */
export async function generalizeDisk(
  disk: ExaminedDisk,
  { signal, now, limits, mostPatched = MOST_PATCHED }: GeneralizationOptions,
): Promise<Generalization> {
  const cached = new CachedDisk(disk, { signal, limits: { ...DEFAULT_READINESS_LIMITS, ...limits } });
  try {
    const { facts } = await factsOf(cached);
    const plan = new Plan();
    const system = await systemOf(facts, { disk: cached, plan });
    if (system) await planAll({ system, facts, plan });
    return { ...(await applyPlan(plan, facts, { now, mostPatched })), bytesRead: cached.budget.bytesRead };
  } catch (error) {
    throw error instanceof SourceFailure ? error.cause : error;
  }
}

/** The Linux of the disk; null when there is none, and the plan says so. */
async function systemOf(
  facts: DiskFacts,
  { disk, plan }: { disk: CachedDisk; plan: Plan },
): Promise<FoundSystem | null> {
  const remedy = 'Prepare the system by hand before the image is made.';
  const leave = (code: 'unreadable' | 'no_linux', reason: string, where: string | null): null => {
    plan.leave('operating_system', where, new Refusal(code, printable(reason, 500), remedy));
    return null;
  };
  try {
    const search = await findSystem(facts.volumes, disk.budget);
    if (search.status === 'unknown') return leave('unreadable', search.reason, search.where);
    if (search.status === 'none')
      return leave('no_linux', 'There is no operating system on the disk that is known', null);
    if (search.system.type === 'linux') return search.system;
    return leave('no_linux', 'The system is Windows, whose files are not changed', search.system.where);
  } catch (error) {
    if (error instanceof Unreadable) return leave('unreadable', error.message, error.where);
    throw error;
  }
}

async function planAll(input: RuleInput): Promise<void> {
  for (const { point, finding, mend } of RULES) {
    await planning(input.plan, point, async () => {
      const { status, seen, where, remedy } = await finding(input);
      if (status === 'ok') return;
      await mend(input);
      if (input.plan.speaksOf(point)) return;
      input.plan.leave(point, where ?? null, new Refusal('by_hand', printable(seen, 500), remedy ?? 'Do it by hand.'));
    });
  }
  await planning(input.plan, 'initialisation', () => tellOfInstance(input));
}

/** What cannot be read, or is not to be changed, is told, and the other points are gone on with. */
async function planning(plan: Plan, point: PointName, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Refusal) plan.leave(point, null, error);
    else if (error instanceof Unreadable) plan.leave(point, error.where, unreadable(error));
    else throw error;
  }
}
