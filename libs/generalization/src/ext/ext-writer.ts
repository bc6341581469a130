import { type ExtFile, type ExtFileSystem, readingFrom, Unreadable } from '@imago/readiness';
import { inconsistent, type Patch, Refusal } from '../generalization.ts';
import { BlockEdits, type ChangeAllowance } from './block-edits.ts';
import { ExtGroups } from './ext-groups.ts';
import { ExtInode } from './ext-inode.ts';
import { type ExtLayout, readLayout } from './ext-layout.ts';

const JOURNAL = 8;
/** Nothing that is rewritten is nearly as large. */
const LARGEST = 4 * 1024 * 1024;
const DIRECT = 12;

/** The blocks of a file. */
interface FileBlocks {
  /** By their place in the file; undefined where it has none. */
  readonly data: readonly (number | undefined)[];
  /** Those that say which the others are. */
  readonly tables: readonly number[];
}

/**
 * Changes files of an ext2, ext3 or ext4 in memory: their content within the blocks they have, and their length. What is
 * not wholly as it should be is refused, and nothing of it is changed.
 */
export class ExtWriter {
  private readonly system: ExtFileSystem;
  private readonly layout: ExtLayout;
  private readonly edits: BlockEdits;
  private readonly groups: ExtGroups;
  private readonly files = new Set<number>();
  private readonly claimed = new Set<number>();

  private constructor(system: ExtFileSystem, layout: ExtLayout, edits: BlockEdits, groups: ExtGroups) {
    this.system = system;
    this.layout = layout;
    this.edits = edits;
    this.groups = groups;
  }

  /** Throws Refusal and Unreadable when the file system is not to be changed. */
  static async open(system: ExtFileSystem, allowance: ChangeAllowance): Promise<ExtWriter> {
    return readingFrom(system.region.name, async () => {
      assertOwnPlace(system);
      const layout = await readLayout(system);
      const edits = new BlockEdits(system.region, layout.blockSize, allowance);
      const groups = await ExtGroups.read(layout, edits, layout.hasJournal ? await journalOf(system) : []);
      return new ExtWriter(system, layout, edits, groups);
    });
  }

  /** Gives a file other bytes, or none. Throws Refusal and Unreadable when that cannot be; then nothing has changed. */
  async rewrite(file: ExtFile, content: Buffer, now: Date): Promise<void> {
    if (file.system !== this.system || this.files.has(file.number)) throw inconsistent('A file has two names');
    await readingFrom(this.system.region.name, async () => {
      const { block, at } = await this.placeOf(file);
      const bytes = (await this.edits.read(block)).subarray(at, at + this.layout.inodeSize);
      const inode = new ExtInode(this.layout, file.number, bytes);
      inode.assertChangeable();
      await this.groups.assertInodeInUse(file.number);
      const blocks = await this.blocksOf(file, inode);
      const kept = Math.ceil(content.length / this.layout.blockSize);
      const freed = this.freedOf(blocks, kept, inode);
      await this.edits.attempt(async () => {
        await this.fill(blocks.data.slice(0, kept), content);
        if (freed.length > 0) await this.groups.free(freed);
        const edited = (await this.edits.edit(block)).subarray(at, at + this.layout.inodeSize);
        const changed = new ExtInode(this.layout, file.number, edited);
        changed.resize(content.length, now);
        if (freed.length > 0) changed.keepFirst(kept, freed.length);
        changed.seal();
      });
      this.files.add(file.number);
      for (const each of allOf(blocks)) this.claimed.add(each);
    });
  }

  /** What differs on the whole disk. */
  patches(): Patch[] {
    return this.edits.patches();
  }

  private async placeOf({ number }: ExtFile): Promise<{ block: number; at: number }> {
    const offset = await this.system.inodeAt(number);
    return { block: Math.floor(offset / this.layout.blockSize), at: offset % this.layout.blockSize };
  }

  /** All blocks of a file, each of which is its own as far as can be known without looking at all other files. */
  private async blocksOf(file: ExtFile, inode: ExtInode): Promise<FileBlocks> {
    const { blockSize } = this.layout;
    const { extents, tables, hasReserved } = await file.blockMap();
    if (hasReserved)
      throw new Refusal('reserved_blocks', 'The file has blocks that are reserved and not written', 'Copy it anew.');
    const data: (number | undefined)[] = [];
    for (const { logical, length, physical } of extents) {
      if (physical === null || logical % blockSize !== 0 || logical / blockSize < data.length)
        throw inconsistent('A file has two blocks at one place');
      if (logical + length > LARGEST)
        throw new Refusal('too_much', 'The file is larger than those that are changed', 'Remove it by hand.');
      while (data.length < logical / blockSize) data.push(undefined);
      for (let at = 0; at < length; at += blockSize) data.push((physical + at) / blockSize);
    }
    const blocks = { data, tables: tables.map((at) => at / blockSize) };
    await this.assertOwn(blocks, inode);
    for (const table of blocks.tables)
      if (!inode.ownsTable(await this.edits.read(table))) throw inconsistent('A file does not match its checksum');
    return blocks;
  }

  private async assertOwn(blocks: FileBlocks, inode: ExtInode): Promise<void> {
    const all = allOf(blocks);
    const { attributes } = inode;
    const isOnce = new Set(all).size === all.length && !all.includes(attributes);
    if (!isOnce || all.some((block) => this.claimed.has(block)))
      throw inconsistent('A block is said to be of two files');
    if (inode.blocks !== all.length + (attributes === 0 ? 0 : 1))
      throw inconsistent('A file has not as many blocks as it says');
    await this.groups.assertOfFiles(all);
  }

  private freedOf({ data, tables }: FileBlocks, kept: number, inode: ExtInode): number[] {
    const fits = kept <= data.length && data.slice(0, kept).every((block) => block !== undefined);
    if (!fits)
      throw new Refusal(
        'does_not_fit',
        'What the file would have to be does not fit into its blocks',
        'Change it by hand.',
      );
    const behind = data.slice(kept).filter((block) => block !== undefined);
    const isFlat = inode.usesExtents ? kept === 0 || inode.depth === 0 : kept <= DIRECT;
    if (isFlat) return behind.length > 0 || kept === 0 ? this.returnable([...behind, ...tables]) : [];
    if (behind.length === 0) return [];
    throw new Refusal('does_not_fit', 'The file is in too many pieces to be shortened', 'Change it by hand.');
  }

  private returnable(freed: number[]): number[] {
    if (freed.length > 0 && this.layout.hasQuota)
      throw new Refusal('quota', 'The file system counts the blocks of its users', 'Empty the file by hand.');
    return freed;
  }

  /** The content in these blocks, and zeros behind it. */
  private async fill(blocks: readonly (number | undefined)[], content: Buffer): Promise<void> {
    for (const [index, block] of blocks.entries()) {
      if (block === undefined) continue;
      const target = await this.edits.edit(block);
      target.fill(0);
      content.copy(target, 0, index * this.layout.blockSize);
    }
  }
}

function allOf({ data, tables }: FileBlocks): number[] {
  return [...data.filter((block) => block !== undefined), ...tables];
}

/** Whatever else is on the place of the volume would change with it. */
function assertOwnPlace({ region }: ExtFileSystem): void {
  try {
    region.onDisk(0, Math.min(region.size, 4096));
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new Refusal('shared_place', error.message, 'Change the file by hand before the image is made.');
  }
}

async function journalOf(system: ExtFileSystem): Promise<{ first: number; end: number }[]> {
  const file = await system.file(JOURNAL);
  const { extents, tables } = await file.blockMap();
  const { blockSize } = system.said;
  const runs = extents.flatMap(({ physical, length }) =>
    physical === null ? [] : [{ first: physical / blockSize, end: (physical + length) / blockSize }],
  );
  return [...runs, ...tables.map((at) => ({ first: at / blockSize, end: at / blockSize + 1 }))];
}
