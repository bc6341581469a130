import type { ByteRegion } from '../../disk/byte-region.ts';
import { Unreadable } from '../../disk/unreadable.ts';
import { ExtentList, type FileExtent } from '../file-system.ts';

const MAGIC = 0xf30a;
/** What the format allows. */
const DEEPEST = 5;
/** Longer ones are reserved and not written: zeros. */
const LONGEST_WRITTEN = 32_768;

interface Blocks {
  readonly region: ByteRegion;
  readonly blockSize: number;
}

/** Where a file is. */
export interface BlockMap {
  readonly extents: readonly FileExtent[];
  /** The blocks that say so, outside of the inode: where each begins in the region, in bytes. */
  readonly tables: readonly number[];
  /** Some extents are reserved, and have nothing yet. */
  readonly hasReserved: boolean;
}

/** What is found of a map on the way. */
class MapSearch {
  readonly blocks: Blocks;
  readonly extents: ExtentList;
  readonly tables: number[] = [];
  hasReserved = false;

  constructor(blocks: Blocks) {
    this.blocks = blocks;
    this.extents = new ExtentList(blocks.region);
  }

  async table(block: number): Promise<Buffer> {
    const at = block * this.blocks.blockSize;
    const table = await this.blocks.region.read(at, this.blocks.blockSize);
    this.tables.push(at);
    return table;
  }

  found(): BlockMap {
    return { extents: this.extents.sorted(), tables: this.tables, hasReserved: this.hasReserved };
  }
}

/** The map of a file whose inode has the root of a tree of extents. */
export async function treeMap(blocks: Blocks, root: Buffer): Promise<BlockMap> {
  const search = new MapSearch(blocks);
  const depth = depthOf(root);
  if (depth > DEEPEST) throw new Unreadable('A tree of extents is too deep', blocks.region.name);
  await addNode(search, { node: root, depth });
  return search.found();
}

function depthOf(node: Buffer): number {
  if (node.readUInt16LE(0) !== MAGIC) throw new Unreadable('A node of a tree of extents is damaged');
  return node.readUInt16LE(6);
}

/** A node is one less deep than what leads to it, so that no circle is endless; how wide it gets, the budget bounds. */
async function addNode(search: MapSearch, { node, depth }: { node: Buffer; depth: number }): Promise<void> {
  const { blocks } = search;
  if (depthOf(node) !== depth) throw new Unreadable('A tree of extents is damaged', blocks.region.name);
  const count = node.readUInt16LE(2);
  for (let index = 1; index <= count; index += 1) {
    const entry = node.subarray(index * 12, index * 12 + 12);
    const logical = entry.readUInt32LE(0) * blocks.blockSize;
    if (depth === 0) {
      const extent = leafExtent(entry, logical, blocks.blockSize);
      search.hasReserved ||= extent.physical === null;
      search.extents.add(extent);
    } else {
      const block = entry.readUInt16LE(8) * 2 ** 32 + entry.readUInt32LE(4);
      await addNode(search, { node: await search.table(block), depth: depth - 1 });
    }
  }
}

function leafExtent(entry: Buffer, logical: number, blockSize: number): FileExtent {
  const said = entry.readUInt16LE(4);
  const written = said <= LONGEST_WRITTEN;
  const block = entry.readUInt16LE(6) * 2 ** 32 + entry.readUInt32LE(8);
  const length = (written ? said : said - LONGEST_WRITTEN) * blockSize;
  return { logical, length, physical: written ? block * blockSize : null };
}

/** The map of a file whose inode has numbers of blocks: twelve, and three trees of one to three levels. */
export async function indirectMap(blocks: Blocks, numbers: Buffer, size: number): Promise<BlockMap> {
  const search = new MapSearch(blocks);
  const perBlock = blocks.blockSize / 4;
  const last = Math.ceil(size / blocks.blockSize);
  const walk = async (table: Buffer, first: number, level: number): Promise<void> => {
    const span = perBlock ** level;
    for (let index = 0; index * 4 < table.length; index += 1) {
      const logical = first + index * span;
      if (logical >= last) return;
      const block = table.readUInt32LE(index * 4);
      if (block === 0) continue;
      const physical = block * blocks.blockSize;
      if (level === 0) search.extents.add({ logical: logical * blocks.blockSize, length: blocks.blockSize, physical });
      else await walk(await search.table(block), logical, level - 1);
    }
  };
  await walk(numbers.subarray(0, 48), 0, 0);
  let first = 12;
  for (const level of [1, 2, 3]) {
    await walk(numbers.subarray(44 + level * 4, 48 + level * 4), first, level);
    first += perBlock ** level;
  }
  return search.found();
}
