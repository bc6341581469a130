import { BudgetSpent, type FileNode, type FileSystem, readingFrom, topOf, Unreadable } from '@imago/readiness';
import type { Found } from './found.ts';

/** Directories within directories that are gone into. */
const DEEPEST = 256;
/** Directories that a file system may have. */
const MOST_DIRECTORIES = 2_000_000;
/** Files that are remembered, so that another name of the same one is not scanned again soon. */
const FILES_REMEMBERED = 65_536;

/** A file of a file system. */
export interface WalkedFile {
  readonly where: string;
  readonly path: string;
  readonly node: FileNode;
}

/** A file system and where it is. */
export interface WalkedFileSystem {
  readonly where: string;
  readonly system: FileSystem;
}

/**
 * Every file of a file system that has something in it, each directory once, however they lead to each other. What cannot
 * be read is told and passed over. Throws BudgetSpent when the disk asks for more than a scan may spend.
 */
export async function* filesOf(
  { where, system }: WalkedFileSystem,
  found: Found,
  signal: AbortSignal,
): AsyncGenerator<WalkedFile> {
  const walk = new Walk(where, found, signal);
  const top = await walk.attempt('directory_unreadable', '/', () => topOf(system));
  if (top !== null) yield* walk.directory(top, '', 0);
}

class Walk {
  readonly #directories = new Set<string>();
  readonly #files = new Set<string>();

  constructor(
    private readonly where: string,
    private readonly found: Found,
    private readonly signal: AbortSignal,
  ) {}

  async *directory(node: FileNode, path: string, depth: number): AsyncGenerator<WalkedFile> {
    if (this.#directories.has(node.identity)) return;
    if (depth > DEEPEST || this.#directories.size >= MOST_DIRECTORIES) {
      this.found.gap('directory_unreadable', this.where, path);
      return;
    }
    this.#directories.add(node.identity);
    const entries = node.entries()[Symbol.asyncIterator]();
    for (;;) {
      this.signal.throwIfAborted();
      const next = await this.attempt('directory_unreadable', path || '/', () => entries.next());
      if (next === null || next.done === true) return;
      const { name, open } = next.value;
      const child = await this.attempt('file_unreadable', `${path}/${name}`, open);
      if (child?.kind === 'directory') yield* this.directory(child, `${path}/${name}`, depth + 1);
      else if (child?.kind === 'file' && child.size > 0 && this.#isNew(child))
        yield { where: this.where, path: `${path}/${name}`, node: child };
    }
  }

  /** What the work answers; null when the disk is not as it should be there, which is told. */
  async attempt<T>(
    code: 'directory_unreadable' | 'file_unreadable',
    path: string,
    work: () => Promise<T>,
  ): Promise<T | null> {
    try {
      return await readingFrom(path, work);
    } catch (error) {
      if (error instanceof BudgetSpent || !(error instanceof Unreadable)) throw error;
      this.found.gap(code, this.where, path);
      return null;
    }
  }

  #isNew({ identity }: FileNode): boolean {
    if (this.#files.has(identity)) return false;
    this.#files.add(identity);
    const [oldest] = this.#files;
    if (this.#files.size > FILES_REMEMBERED && oldest !== undefined) this.#files.delete(oldest);
    return true;
  }
}
