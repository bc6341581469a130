import type { Finding } from '../report.ts';
import type { FileTree } from '../system/file-tree.ts';

const DRIVERS = '/Windows/System32/drivers';
const CLOUDBASE = [
  '/Program Files/Cloudbase Solutions/Cloudbase-Init',
  '/Program Files (x86)/Cloudbase Solutions/Cloudbase-Init',
];

/** Whether Windows can read the disks of a server and use its network. */
export async function windowsVirtioPoint(tree: FileTree): Promise<Finding> {
  const names = new Set((await tree.names(DRIVERS)).map((name) => name.toLowerCase()));
  const remedy = 'Install the virtio drivers for Windows.';
  if (!names.has('viostor.sys'))
    return { status: 'problem', seen: 'The driver of virtio disks, viostor.sys, is missing', where: DRIVERS, remedy };
  if (!names.has('netkvm.sys'))
    return { status: 'warning', seen: 'The driver of virtio networks, netkvm.sys, is missing', where: DRIVERS, remedy };
  return { status: 'ok', seen: 'The virtio drivers are installed', where: `${DRIVERS}/viostor.sys` };
}

/** Where Cloudbase-Init is; null when it is not. */
export function cloudbaseInit(tree: FileTree): Promise<string | null> {
  return tree.firstOf(CLOUDBASE);
}

/** Whether passwords and user data reach a server. */
export async function windowsInitialisationPoint(tree: FileTree): Promise<Finding> {
  const where = await cloudbaseInit(tree);
  if (where !== null) return { status: 'ok', seen: 'Cloudbase-Init is installed', where };
  return {
    status: 'warning',
    seen: 'Cloudbase-Init is not installed: passwords and user data do not reach a server',
    remedy: 'Install Cloudbase-Init.',
  };
}

/** Of what Windows keeps in its registry, in ways that are not read. */
export function windowsNetworkPoint(): Finding {
  return { status: 'unknown', seen: 'Windows has its network in its registry, where it was not looked at' };
}

/** Of what only Linux has. */
export function notOfWindows(): Finding {
  return { status: 'ok', seen: 'Windows has no such thing' };
}
