import type { Budget } from '../disk/budget.ts';
import { BudgetSpent, readingFrom, Unreadable } from '../disk/unreadable.ts';
import { BtrfsFileSystem } from '../file-systems/btrfs/btrfs-file-system.ts';
import type { FileNode, FileSystem } from '../file-systems/file-system.ts';
import type { Volume } from '../volumes/volumes.ts';
import { FileTree } from './file-tree.ts';
import { type FstabEntry, parseFstab } from './fstab.ts';

/** Mounts that have what is looked at; the shorter ones first. */
const MOUNTED = ['/usr', '/var', '/boot', '/boot/efi'];
const LINUX_MARKS = ['/etc/os-release', '/etc/fstab', '/etc/passwd', '/etc/redhat-release'];
const MOST_DEPLOYMENTS = 8;

/** An operating system on the disk. */
export interface FoundSystem {
  readonly type: 'linux' | 'windows';
  /** The volume of its root. */
  readonly where: string;
  readonly tree: FileTree;
}

/** What the search for a system came to: a root that cannot be read may have been one. */
export type SystemSearch =
  | { readonly status: 'found'; readonly system: FoundSystem }
  | { readonly status: 'none' }
  | { readonly status: 'unknown'; readonly reason: string; readonly where: string | null };

/** Looks for a system at the roots of all file systems, and mounts what it mounts. */
export async function findSystem(volumes: readonly Volume[], budget: Budget): Promise<SystemSearch> {
  let failure: Unreadable | null = null;
  for (const volume of volumes) {
    const { content, where } = volume;
    if (content.type === 'unreadable') failure ??= new Unreadable(content.reason, where);
    if (content.type !== 'file_system') continue;
    try {
      const system = await readingFrom(where, () => systemOn(content.system, { where, budget }));
      if (system?.type === 'linux') await mountAll(system.tree, { volumes, budget });
      if (system) return { status: 'found', system };
    } catch (error) {
      if (!(error instanceof Unreadable) || error instanceof BudgetSpent) throw error;
      failure ??= error;
    }
  }
  return failure ? { status: 'unknown', reason: failure.message, where: failure.where } : { status: 'none' };
}

async function systemOn(
  system: FileSystem,
  { where, budget }: { where: string; budget: Budget },
): Promise<FoundSystem | null> {
  const treeOf = (node: FileNode): FileTree => new FileTree({ node, caseless: system.caseless }, budget);
  if (system.type.startsWith('fat')) return null;
  for (const node of await system.roots()) {
    const tree = treeOf(node);
    if (system.type === 'ntfs') {
      if (await tree.has('/Windows/System32')) return { type: 'windows', where, tree };
      continue;
    }
    for (const candidate of [node, ...(await deployments(tree))]) {
      const top = treeOf(candidate);
      if (await isLinux(top)) return { type: 'linux', where, tree: top };
    }
  }
  return null;
}

/** Names alone are looked for: what they link to may be on a volume that is not mounted yet. */
async function isLinux(tree: FileTree): Promise<boolean> {
  const names = new Set(await tree.names('/etc'));
  return LINUX_MARKS.some((path) => names.has(path.slice('/etc/'.length)));
}

/** Systems of OSTree have their roots below that of the file system. */
async function deployments(tree: FileTree): Promise<FileNode[]> {
  const found: FileNode[] = [];
  for (const name of (await tree.names('/ostree/deploy')).slice(0, MOST_DEPLOYMENTS)) {
    const directory = `/ostree/deploy/${name}/deploy`;
    for (const version of (await tree.names(directory)).slice(0, MOST_DEPLOYMENTS)) {
      const root = await tree.find(`${directory}/${version}`);
      if (root?.node.kind === 'directory') found.push(root.node);
    }
  }
  return found;
}

/** A mount that cannot be read is not there; the rules miss its files, and say where they looked. */
async function mountAll(
  tree: FileTree,
  { volumes, budget }: { volumes: readonly Volume[]; budget: Budget },
): Promise<void> {
  const entries = parseFstab((await tree.lines('/etc/fstab')) ?? []);
  for (const path of MOUNTED) {
    const entry = entries.find(({ target }) => target === path);
    if (!entry) continue;
    const content = volumeOf(entry, volumes)?.content;
    if (content?.type !== 'file_system') continue;
    const node = await mountedDirectory(content.system, entry, budget);
    if (node) tree.mount(path, { node, caseless: content.system.caseless });
  }
}

async function mountedDirectory(system: FileSystem, { options }: FstabEntry, budget: Budget): Promise<FileNode | null> {
  const subvolume = options.find((option) => option.startsWith('subvol='))?.slice('subvol='.length);
  try {
    if (!(system instanceof BtrfsFileSystem) || subvolume === undefined) return await system.root();
    const top = new FileTree({ node: await system.topLevel(), caseless: false }, budget);
    return (await top.find(subvolume))?.node ?? null;
  } catch (error) {
    if ((error instanceof Unreadable && !(error instanceof BudgetSpent)) || error instanceof RangeError) return null;
    throw error;
  }
}

/** The volume that an entry of /etc/fstab means; undefined when it is none of this disk. */
export function volumeOf({ source }: FstabEntry, volumes: readonly Volume[]): Volume | undefined {
  const [, kind, value] = /^(UUID|LABEL)=(.+)$/i.exec(source) ?? [];
  const byUuid =
    /^\/dev\/disk\/by-uuid\/(.+)$/.exec(source)?.[1] ?? (kind?.toUpperCase() === 'UUID' ? value : undefined);
  if (byUuid !== undefined) return volumes.find(({ content }) => sameText(uuidOf(content), byUuid));
  if (value !== undefined)
    return volumes.find(({ content }) => content.type === 'file_system' && content.system.label === value);
  const number = /^\/dev\/(?:[hsv]|xv)d[a-z](\d+)$/.exec(source)?.[1];
  if (number !== undefined) return volumes.find(({ partition }) => partition?.number === Number(number));
  return volumes.find(({ where }) => where.startsWith('volume ') && mapperNames(where.slice(7)).includes(source));
}

function uuidOf(content: Volume['content']): string | null {
  if (content.type === 'file_system') return content.system.uuid;
  return content.type === 'other' ? content.uuid : null;
}

function sameText(one: string | null, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

/** The device mapper doubles the hyphens of names, and joins them with one. */
function mapperNames(name: string): string[] {
  const doubled = name.split('/').map((part) => part.replaceAll('-', '--'));
  return [`/dev/${name}`, `/dev/mapper/${doubled.join('-')}`];
}
