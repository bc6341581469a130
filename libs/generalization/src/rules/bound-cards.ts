import { boundCards, PERSISTENT_NET_RULES, persistentNetPoint } from '@imago/readiness';
import { withoutAddress } from './ifcfg.ts';
import type { Rule } from './rule.ts';

/** Names of cards are bound to no addresses: those of a server are others. */
export const boundCardsRule: Rule = {
  point: 'persistent_net_rules',
  finding: ({ system }) => persistentNetPoint(system.tree),
  mend: async ({ system: { tree }, plan }) => {
    const point = 'persistent_net_rules';
    for (const { path } of await boundCards(tree)) {
      const found = await tree.find(path);
      if (!found) continue;
      if (path === PERSISTENT_NET_RULES) {
        plan.change(found, '', { point, was: 'rules that bind names to network cards', now: 'empty' });
        continue;
      }
      const rewritten = withoutAddress(await plan.textOf(found));
      if (typeof rewritten === 'string')
        plan.change(found, rewritten, { point, was: 'HWADDR of a network card', now: 'the line is a remark' });
      else plan.leave(point, path, rewritten);
    }
  },
};
