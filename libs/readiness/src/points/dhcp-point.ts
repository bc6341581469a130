import { type Finding, worstFinding } from '../report.ts';
import type { FileTree } from '../system/file-tree.ts';
import { initialiser } from './linux-points.ts';
import { type Addressing, CONFIGURATIONS } from './network-files.ts';

const MOST_FILES = 64;
const LONGEST_FILE = 16 * 1024;
const CLOUD_CONFIGURATIONS = '/etc/cloud/cloud.cfg.d';
const MANAGERS = ['/usr/sbin/NetworkManager', '/sbin/NetworkManager'];

/** Whether a server gets its address from the network. */
export async function dhcpPoint(tree: FileTree): Promise<Finding> {
  const initialised = await initialiser(tree);
  if (initialised && !initialised.disabled && !(await leavesNetworkAlone(tree)))
    return { status: 'ok', seen: `${initialised.name} configures the network`, where: initialised.where };
  const found = await networkCards(tree);
  const fixed = found.filter(({ kind }) => kind === 'static');
  const automatic = found.find(({ kind }) => kind === 'dhcp');
  const worst = worstFinding(fixed.map((each) => fixedFinding(each, automatic !== undefined)));
  if (worst) return worst;
  if (automatic) return { status: 'ok', seen: 'The network is configured by DHCP', where: placeOf(automatic) };
  const manager = await tree.firstOf(MANAGERS);
  if (manager !== null)
    return { status: 'ok', seen: 'NetworkManager asks DHCP where nothing else is said', where: manager };
  return {
    status: 'warning',
    seen: 'No configuration of the network was found: a server may get no address',
    remedy: 'Configure the network card by DHCP, or install cloud-init.',
  };
}

function placeOf({ path, line }: Addressing): string {
  return `${path}:${line}`;
}

function fixedFinding(card: Addressing, hasAutomatic: boolean): Finding {
  return {
    status: hasAutomatic ? 'warning' : 'problem',
    seen: 'A network card has a fixed address: a server has another one',
    where: placeOf(card),
    remedy: 'Configure the card by DHCP.',
  };
}

/** `network: {config: disabled}`, in one line or two. */
async function leavesNetworkAlone(tree: FileTree): Promise<boolean> {
  const names = (await tree.names(CLOUD_CONFIGURATIONS)).filter((name) => name.endsWith('.cfg')).slice(0, MOST_FILES);
  for (const path of ['/etc/cloud/cloud.cfg', ...names.map((name) => `${CLOUD_CONFIGURATIONS}/${name}`)]) {
    const text = ((await tree.lines(path)) ?? []).filter((line) => !/^\s*#/.test(line)).join('\n');
    if (/^network:[ \t]*(\{[ \t]*config:[ \t]*disabled[ \t]*\}|\n[ \t]+config:[ \t]*disabled\b)/m.test(text))
      return true;
  }
  return false;
}

/** What the files of the network say of its cards. */
export async function networkCards(tree: FileTree): Promise<Addressing[]> {
  const found: Addressing[] = [];
  for (const { directory, matches, read } of CONFIGURATIONS) {
    const names = (await tree.names(directory)).filter((name) => matches.test(name)).slice(0, MOST_FILES);
    for (const name of names) {
      const path = `${directory}/${name}`;
      found.push(...read((await tree.lines(path, LONGEST_FILE)) ?? []).map((said) => ({ ...said, path })));
    }
  }
  return found;
}
