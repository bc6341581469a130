import { initialiser, linuxInitialisationPoint } from '@imago/readiness';
import { Refusal } from '../generalization.ts';
import type { Rule, RuleInput } from './rule.ts';

const INSTANCE = '/var/lib/cloud/instance';

/** Programs are not installed on a disk, nor files removed from it: it is said what is to be done. */
export const initialisationRule: Rule = {
  point: 'initialisation',
  finding: ({ system }) => linuxInitialisationPoint(system.tree),
  mend: () => Promise.resolve(),
};

/** What cloud-init remembers of the machine is of no harm: it knows a new server by its id. */
export async function tellOfInstance({ system: { tree }, plan }: RuleInput): Promise<void> {
  const found = await initialiser(tree);
  if (found?.name !== 'cloud-init' || !(await tree.has(INSTANCE))) return;
  const reason = 'What cloud-init remembers of the machine stays on the disk, the user data it was given with it';
  const remedy = 'Nothing: it knows a new server by its id. `cloud-init clean` before the image is made removes it.';
  plan.leave('initialisation', INSTANCE, new Refusal('by_cloud_init', reason, remedy));
}
