import { type FileTree, hostKeys, hostKeysPoint, initialiser } from '@imago/readiness';
import { Refusal } from '../generalization.ts';
import type { Rule } from './rule.ts';

/** Units that make the keys which are missing or empty, of Fedora and its kin, and of Arch. */
const UNITS = ['sshd-keygen.target', 'sshd-keygen@.service', 'sshd-keygen.service', 'sshdgenkeys.service'];
const UNIT_DIRECTORIES = ['/usr/lib/systemd/system', '/lib/systemd/system'];
const OWN_UNITS = '/etc/systemd/system';
const CLOUD_INIT = ['/usr/bin/cloud-init', '/usr/local/bin/cloud-init'];
const CLOUD_CONFIGURATIONS = '/etc/cloud/cloud.cfg.d';
const MOST_FILES = 64;

/** Keys are emptied where something makes new ones: a server without any lets nobody in. */
export const hostKeysRule: Rule = {
  point: 'ssh_host_keys',
  finding: ({ system }) => hostKeysPoint(system.tree),
  mend: async ({ system: { tree }, plan }) => {
    const point = 'ssh_host_keys';
    const keys = await hostKeys(tree);
    const maker = await keyMaker(tree);
    if (maker === null) {
      const reason = 'Nothing on the disk is known to make new keys, and without keys SSH would let nobody in';
      const remedy = 'Install cloud-init, which makes them, or give each server keys of its own.';
      plan.leave(point, '/etc/ssh', new Refusal('no_key_maker', reason, remedy));
      return;
    }
    for (const path of keys) {
      for (const [what, place] of [
        ['a key of the machine', path],
        ['the public half of a key of the machine', `${path}.pub`],
      ] as const) {
        const found = await tree.find(place);
        if (found?.node.kind === 'file' && found.node.size > 0)
          plan.change(found, '', { point, was: what, now: `empty: ${maker} makes a new one` });
      }
    }
  },
};

async function keyMaker(tree: FileTree): Promise<string | null> {
  const own = await tree.names(OWN_UNITS);
  for (const unit of UNITS) {
    // What is there under its name replaces it, mostly by nothing at all.
    if (own.includes(unit)) continue;
    if (await tree.firstOf(UNIT_DIRECTORIES.map((directory) => `${directory}/${unit}`))) return unit;
  }
  return (await cloudInitMakesKeys(tree)) ? 'cloud-init' : null;
}

/** Whether it runs, erases the keys of another machine, and makes all kinds of them, which are its defaults. */
async function cloudInitMakesKeys(tree: FileTree): Promise<boolean> {
  const found = await initialiser(tree);
  if (found?.name !== 'cloud-init' || found.disabled || (await tree.firstOf(CLOUD_INIT)) === null) return false;
  const names = (await tree.names(CLOUD_CONFIGURATIONS)).filter((name) => name.endsWith('.cfg')).slice(0, MOST_FILES);
  const paths = ['/etc/cloud/cloud.cfg', ...names.map((name) => `${CLOUD_CONFIGURATIONS}/${name}`)];
  const lines: string[] = [];
  for (const path of paths) lines.push(...((await tree.lines(path)) ?? []));
  return (
    lines.some((line) => /^\s*-\s*\[?\s*['"]?ssh['"]?\s*(,|\]|#|$)/.test(line)) &&
    !lines.some((line) => /^\s*ssh_deletekeys:\s*['"]?(false|no|off|0|n)\b/i.test(line)) &&
    !lines.some((line) => /^\s*ssh_genkeytypes:\s*(~|null|\[\s*\]|#|$)/i.test(line))
  );
}
