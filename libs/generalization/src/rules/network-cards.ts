import { type Addressing, dhcpPoint, type FileTree, networkCards } from '@imago/readiness';
import { Refusal } from '../generalization.ts';
import { ifcfgByDhcp } from './ifcfg.ts';
import { ifupdownByDhcp, stanzasByCard } from './ifupdown.ts';
import type { Rule, RuleInput } from './rule.ts';

const CLIENTS = ['dhclient', 'udhcpc', 'dhcpcd', 'pump', 'wicked', 'NetworkManager'];
const DIRECTORIES = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'];
const IFUPDOWN = '/etc/network/';
const IFCFG = '/etc/sysconfig/';

/** Cards with fixed addresses ask DHCP for theirs. */
export const networkCardsRule: Rule = {
  point: 'dhcp',
  finding: ({ system }) => dhcpPoint(system.tree),
  mend: async (input) => {
    const { tree } = input.system;
    const cards = await networkCards(tree);
    const fixed = [...new Set(cards.filter(({ kind }) => kind === 'static').map(({ path }) => path))];
    if (fixed.length === 0) return;
    const asks = await tree.firstOf(DIRECTORIES.flatMap((directory) => CLIENTS.map((name) => `${directory}/${name}`)));
    if (asks === null) {
      const reason = 'Nothing on the disk is known to ask DHCP for an address';
      input.plan.leave('dhcp', fixed[0] ?? null, new Refusal('no_dhcp_client', reason, 'Install a DHCP client.'));
      return;
    }
    const stanzas = stanzasByCard(await textsOf(tree, cards));
    for (const path of fixed) await mendFile(input, path, stanzas);
  },
};

async function mendFile(
  { system: { tree }, plan }: RuleInput,
  path: string,
  stanzas: ReadonlyMap<string, number>,
): Promise<void> {
  const point = 'dhcp';
  const found = await tree.find(path);
  if (!found) return;
  const text = await plan.textOf(found);
  const rewritten = path.startsWith(IFUPDOWN)
    ? ifupdownByDhcp(text, stanzas)
    : path.startsWith(IFCFG)
      ? ifcfgByDhcp(text)
      : new Refusal('not_safe', 'Files of this kind are not rewritten', 'Configure the card by DHCP.');
  if (typeof rewritten !== 'string') plan.leave(point, path, rewritten);
  else plan.change(found, rewritten, { point, was: 'a fixed address', now: 'DHCP; what was fixed is a remark' });
}

async function textsOf(tree: FileTree, cards: readonly Addressing[]): Promise<string[]> {
  const texts: string[] = [];
  for (const path of new Set(cards.map((card) => card.path)))
    if (path.startsWith(IFUPDOWN)) texts.push(((await tree.lines(path)) ?? []).join('\n'));
  return texts;
}
