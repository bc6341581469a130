import { machineIdPoint } from '@imago/readiness';
import { Refusal } from '../generalization.ts';
import type { Rule } from './rule.ts';

const MACHINE_ID = '/etc/machine-id';
const DBUS = '/var/lib/dbus/machine-id';
const ID = /^[0-9a-f]{32}\s*$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\s*$/i;

/** Each server makes an id of its own. */
export const machineIdRule: Rule = {
  point: 'machine_id',
  finding: ({ system }) => machineIdPoint(system.tree),
  mend: async ({ system: { tree }, plan }) => {
    const point = 'machine_id';
    const was = 'an id of the machine';
    const [own, copy] = [await tree.find(MACHINE_ID), await tree.find(DBUS)];
    if (own?.node.kind === 'file') {
      if (!ID.test(await plan.textOf(own))) {
        const reason = 'The file is no id of a machine, and it is not known what it is';
        plan.leave(point, own.path, new Refusal('not_safe', reason, 'Empty the file by hand.'));
        return;
      }
      // Not the word `uninitialized`: for systemd that is a first boot, which may ask at the console.
      plan.change(own, '', { point, was, now: 'empty: each server makes an id of its own' });
    }
    // Mostly it is a link to the other one.
    if (copy?.node.kind === 'file' && copy.node.size > 0 && copy.path !== own?.path)
      plan.change(copy, '', { point, was: 'a copy of the id of the machine', now: 'empty: D-Bus takes the other one' });
  },
};
