import { type Finding, worstFinding } from '../report.ts';
import type { FileTree } from '../system/file-tree.ts';

export const PERSISTENT_NET_RULES = '/etc/udev/rules.d/70-persistent-net.rules';
const INTERFACE_FILES = '/etc/sysconfig/network-scripts';
const MOST_FILES = 64;
const MOST_KERNELS = 16;
/** The file of a module, packed or not. */
const MODULE = /\.ko(\.\w+)?$/;
const CLOUD_INIT = ['/usr/bin/cloud-init', '/usr/local/bin/cloud-init', '/etc/cloud/cloud.cfg'];
const DISABLED = '/etc/cloud/cloud-init.disabled';
/** What Fedora CoreOS has instead. */
const IGNITION = ['/usr/lib/dracut/modules.d/30ignition', '/usr/libexec/ignition'];

/** Where a network card is bound to an address of its own. */
export interface BoundCard {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly seen: string;
}

/** Whether names of network cards are bound to the addresses of the machine the image was made of. */
export async function persistentNetPoint(tree: FileTree): Promise<Finding> {
  const remedy = 'Remove it: the cards of a server have other addresses.';
  const findings = (await boundCards(tree)).map(({ path, line, seen }): Finding => {
    return { status: 'warning', seen, where: `${path}:${line}`, remedy };
  });
  return worstFinding(findings) ?? { status: 'ok', seen: 'No names are bound to network cards' };
}

/** The first such line of each file that has one: rules of udev, and files of network cards. */
export async function boundCards(tree: FileTree): Promise<BoundCard[]> {
  const found: BoundCard[] = [];
  const look = async (path: string, wanted: RegExp, seen: string): Promise<void> => {
    const index = ((await tree.lines(path)) ?? []).findIndex((text) => wanted.test(text));
    if (index >= 0) found.push({ path, line: index + 1, seen });
  };
  await look(PERSISTENT_NET_RULES, /^\s*[^#\s]/, 'Rules bind names to network cards');
  const names = (await tree.names(INTERFACE_FILES)).filter((name) => name.startsWith('ifcfg-')).slice(0, MOST_FILES);
  for (const name of names)
    await look(`${INTERFACE_FILES}/${name}`, /^\s*HWADDR\s*=\s*\S/, 'A network card is bound to its address');
  return found;
}

/** What sets up a new server; null when nothing does. */
export async function initialiser(tree: FileTree): Promise<{ name: string; where: string; disabled: boolean } | null> {
  const where = await tree.firstOf(CLOUD_INIT);
  if (where !== null) return { name: 'cloud-init', where, disabled: await tree.has(DISABLED) };
  const ignition = await tree.firstOf(IGNITION);
  return ignition === null ? null : { name: 'Ignition', where: ignition, disabled: false };
}

/** Whether passwords, keys and user data reach a server. */
export async function linuxInitialisationPoint(tree: FileTree): Promise<Finding> {
  const found = await initialiser(tree);
  if (!found)
    return {
      status: 'warning',
      seen: 'cloud-init is not installed: keys, passwords and user data do not reach a server',
      remedy: 'Install cloud-init.',
    };
  if (!found.disabled) return { status: 'ok', seen: `${found.name} is installed`, where: found.where };
  return { status: 'warning', seen: 'cloud-init is switched off', where: DISABLED, remedy: `Remove ${DISABLED}.` };
}

/** Whether some kernel can read the disks of a server. */
export async function linuxVirtioPoint(tree: FileTree): Promise<Finding> {
  const names = await tree.names('/lib/modules');
  const loose = names.find((name) => name.startsWith('virtio_blk.ko'));
  if (loose !== undefined) return moduleFound('The kernel', `/lib/modules/${loose}`);
  const kernels = names.filter((name) => !MODULE.test(name)).slice(-MOST_KERNELS);
  const found: Finding[] = [];
  for (const kernel of kernels) {
    const directory = `/lib/modules/${kernel}`;
    const builtIn = (await tree.lines(`${directory}/modules.builtin`, 512 * 1024)) ?? [];
    if (builtIn.some((line) => /(^|\/)virtio_blk\.ko/.test(line)))
      return { status: 'ok', seen: 'The kernel has virtio built in', where: `${directory}/modules.builtin` };
    const drivers = await tree.names(`${directory}/kernel/drivers/block`);
    const module = drivers.find((name) => name.startsWith('virtio_blk.ko'));
    if (module !== undefined)
      found.push(moduleFound(`The kernel ${kernel}`, `${directory}/kernel/drivers/block/${module}`));
  }
  const [first] = found;
  if (first) return first;
  if (kernels.length === 0) return { status: 'unknown', seen: 'There are no kernel modules in /lib/modules' };
  return {
    status: 'problem',
    seen: `No kernel has the driver of virtio disks: ${kernels.join(', ')}`,
    where: '/lib/modules',
    remedy: 'Install a kernel that has virtio_blk, and make its initramfs again.',
  };
}

function moduleFound(kernel: string, where: string): Finding {
  const seen = `${kernel} has virtio as a module; whether its initramfs has it too was not looked at`;
  return { status: 'ok', seen, where };
}

/** Whether servers would share the identity of a machine. */
export async function machineIdPoint(tree: FileTree): Promise<Finding> {
  const where = '/etc/machine-id';
  const id = (await tree.lines(where, 256))?.[0]?.trim() ?? '';
  if (id === '' || id === 'uninitialized') return { status: 'ok', seen: 'Each server makes an id of its own' };
  return {
    status: 'warning',
    seen: 'The machine has an id, which all servers of the image would share',
    where: `${where}:1`,
    remedy: `Empty the file: \`truncate -s 0 ${where}\`.`,
  };
}

/** Whether servers would share the keys by which clients know a machine. */
export async function hostKeysPoint(tree: FileTree): Promise<Finding> {
  const keys = await hostKeys(tree);
  const [first] = keys;
  if (first === undefined) return { status: 'ok', seen: 'There are no keys of the machine' };
  return {
    status: 'warning',
    seen: `There are ${keys.length} keys of the machine, which all servers of the image would share`,
    where: first,
    remedy: 'Remove /etc/ssh/ssh_host_*; they are made at the next start, by cloud-init for one.',
  };
}

/** The paths of the keys; an empty file is none, and what makes keys makes a new one in its place. */
export async function hostKeys(tree: FileTree): Promise<string[]> {
  const names = (await tree.names('/etc/ssh')).filter((name) => /^ssh_host_.*key$/.test(name)).slice(0, MOST_FILES);
  const paths = names.map((name) => `/etc/ssh/${name}`);
  const found: string[] = [];
  for (const path of paths) if (((await tree.find(path))?.node.size ?? 0) > 0) found.push(path);
  return found;
}
