import type { Budget } from '../disk/budget.ts';
import { printable } from '../disk/printable.ts';
import { readingFrom, Unreadable } from '../disk/unreadable.ts';
import type { DirectoryEntry, FileNode } from '../file-systems/file-system.ts';

const MOST_LINKS = 40;
const MOST_PARTS = 512;
const LONGEST_LINK = 4096;
const LISTINGS_KEPT = 64;

/** A directory that is the root of a tree, or is mounted in one. */
export interface TreeTop {
  readonly node: FileNode;
  readonly caseless: boolean;
}

/** What a path leads to, all links followed. */
export interface FoundFile extends TreeTop {
  /** The path without links. */
  readonly path: string;
}

interface Step extends TreeTop {
  readonly name: string;
}

/**
 * The files of a system as it sees them itself, from its root and with what it mounts. Links never lead out of it, and
 * end after a few.
 */
export class FileTree {
  private readonly root: TreeTop;
  private readonly budget: Budget;
  private readonly mounts = new Map<string, TreeTop>();
  private readonly listings = new Map<FileNode, ReadonlyMap<string, DirectoryEntry>>();

  constructor(root: TreeTop, budget: Budget) {
    this.root = root;
    this.budget = budget;
  }

  /** From now on, the path is another directory. */
  mount(path: string, top: TreeTop): void {
    this.mounts.set(path, top);
  }

  /** Null when it does not exist. */
  find(path: string): Promise<FoundFile | null> {
    return readingFrom(path, () => this.follow(path));
  }

  async has(path: string): Promise<boolean> {
    return (await this.find(path)) !== null;
  }

  /** The first of the paths that exists. */
  async firstOf(paths: readonly string[]): Promise<string | null> {
    for (const path of paths) if (await this.has(path)) return path;
    return null;
  }

  /** The beginning of a file; null when there is no such file. */
  async bytes(path: string, most: number): Promise<Buffer | null> {
    const found = await this.find(path);
    if (found?.node.kind !== 'file') return null;
    const { node } = found;
    return readingFrom(path, () => node.read(0, Math.min(node.size, most)));
  }

  /** The beginning of a file as lines; null when there is no such file. */
  async lines(path: string, most = 32 * 1024): Promise<string[] | null> {
    return (await this.bytes(path, most))?.toString('utf8').split(/\r?\n/) ?? null;
  }

  /** The names in a directory, sorted; none when there is no such directory. */
  async names(path: string): Promise<string[]> {
    const found = await this.find(path);
    if (found?.node.kind !== 'directory') return [];
    const listing = await readingFrom(path, () => this.listing(found));
    return [...listing.values()].map(({ name }) => name).sort();
  }

  private async follow(path: string): Promise<FoundFile | null> {
    const ahead = path.split('/').reverse();
    let steps: Step[] = [];
    let links = 0;
    while (ahead.length > 0) {
      const part = ahead.pop() ?? '';
      this.budget.step();
      if (part === '' || part === '.') continue;
      if (part === '..') {
        steps = steps.slice(0, -1);
        continue;
      }
      const next = await this.child(steps, part);
      if (next === null) return null;
      if (next.node.kind !== 'link') {
        steps = [...steps, next];
        continue;
      }
      links += 1;
      const target = await linkTarget(next.node);
      ahead.push(...target.split('/').reverse());
      if (links > MOST_LINKS || ahead.length > MOST_PARTS)
        throw new Unreadable('Links lead from one to the next', path);
      if (target.startsWith('/')) steps = [];
    }
    const { node, caseless } = steps.at(-1) ?? this.root;
    return { path: pathOf(steps), node, caseless };
  }

  private async child(steps: readonly Step[], name: string): Promise<Step | null> {
    const parent = steps.at(-1) ?? this.root;
    if (parent.node.kind !== 'directory') return null;
    const mounted = this.mounts.get(`${pathOf(steps).replace(/\/$/, '')}/${name}`);
    if (mounted) return { ...mounted, name };
    const listing = await this.listing(parent);
    const entry = listing.get(parent.caseless ? name.toLowerCase() : name);
    return entry ? { name: entry.name, node: await entry.open(), caseless: parent.caseless } : null;
  }

  private async listing({ node, caseless }: TreeTop): Promise<ReadonlyMap<string, DirectoryEntry>> {
    const known = this.listings.get(node);
    if (known) return known;
    const found = new Map<string, DirectoryEntry>();
    for await (const entry of node.entries()) {
      const opened = once(entry);
      found.set(caseless ? entry.name.toLowerCase() : entry.name, opened);
    }
    const [oldest] = this.listings.keys();
    if (this.listings.size >= LISTINGS_KEPT && oldest) this.listings.delete(oldest);
    this.listings.set(node, found);
    return found;
  }
}

/** The same file each time: what is known of a directory is known by it. */
function once({ name, open }: DirectoryEntry): DirectoryEntry {
  let opened: Promise<FileNode> | undefined;
  return { name, open: () => (opened ??= open()) };
}

async function linkTarget(node: FileNode): Promise<string> {
  if (node.size > LONGEST_LINK) throw new Unreadable('A link is too long');
  return (await node.read(0, node.size)).toString('utf8');
}

function pathOf(steps: readonly Step[]): string {
  return `/${steps.map(({ name }) => printable(name, 255)).join('/')}`;
}
