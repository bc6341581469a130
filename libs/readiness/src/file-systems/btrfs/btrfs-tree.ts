import type { ByteRegion } from '../../disk/byte-region.ts';
import { Unreadable } from '../../disk/unreadable.ts';
import { exactNumber } from '../file-system.ts';
import type { ChunkMap } from './btrfs-chunks.ts';
import type { TreeRoot } from './btrfs-super-block.ts';

const HEADER = 101;
const ITEM = 25;
const POINTER = 33;
const DEEPEST = 7;

/** What items are found by: all of one object and type. */
export interface ItemKey {
  readonly object: bigint;
  readonly type: number;
}

/** An item of a tree. */
export interface TreeItem {
  readonly object: bigint;
  readonly offset: bigint;
  readonly data: Buffer;
}

interface Trees {
  readonly region: ByteRegion;
  readonly chunks: ChunkMap;
  readonly nodeSize: number;
}

/** The items of one object and type, in their order. */
export async function* itemsOf(trees: Trees, root: TreeRoot, key: ItemKey): AsyncGenerator<TreeItem> {
  if (root.level > DEEPEST) throw new Unreadable('A tree is too deep');
  yield* nodeItems(trees, root, key);
}

/** The first item of one object and type. */
export async function itemOf(trees: Trees, root: TreeRoot, key: ItemKey): Promise<TreeItem | null> {
  for await (const item of itemsOf(trees, root, key)) return item;
  return null;
}

/** A node has a level below that of what leads to it, so that no circle is endless. */
async function* nodeItems(trees: Trees, root: TreeRoot, key: ItemKey): AsyncGenerator<TreeItem> {
  trees.region.budget.step(trees.chunks.steps);
  const node = await trees.region.read(trees.chunks.physical(root.address, trees.nodeSize), trees.nodeSize);
  const count = node.readUInt32LE(0x60);
  if (exactNumber(node.readBigUInt64LE(0x30)) !== root.address || node.readUInt8(0x64) !== root.level)
    throw new Unreadable('A node of a tree is damaged');
  if (HEADER + count * (root.level === 0 ? ITEM : POINTER) > node.length)
    throw new Unreadable('A node of a tree is damaged');
  if (root.level === 0) yield* leafItems(trees, { node, count }, key);
  else yield* childItems(trees, { node, count, level: root.level - 1 }, key);
}

function* leafItems(trees: Trees, { node, count }: { node: Buffer; count: number }, key: ItemKey): Generator<TreeItem> {
  for (let index = 0; index < count; index += 1) {
    trees.region.budget.step();
    const at = HEADER + index * ITEM;
    if (compare(node, at, key) !== 0) continue;
    const from = HEADER + node.readUInt32LE(at + 17);
    const end = from + node.readUInt32LE(at + 21);
    if (end > node.length) throw new Unreadable('A leaf of a tree is damaged');
    yield { object: key.object, offset: node.readBigUInt64LE(at + 9), data: node.subarray(from, end) };
  }
}

async function* childItems(
  trees: Trees,
  { node, count, level }: { node: Buffer; count: number; level: number },
  key: ItemKey,
): AsyncGenerator<TreeItem> {
  for (let index = 0; index < count; index += 1) {
    trees.region.budget.step();
    const at = HEADER + index * POINTER;
    if (compare(node, at, key) > 0) return;
    const isBefore = index + 1 < count && compare(node, at + POINTER, key) < 0;
    if (isBefore) continue; // the next child begins before what is looked for, and so this one has none of it
    yield* nodeItems(trees, { address: exactNumber(node.readBigUInt64LE(at + 17)), level }, key);
  }
}

/** How the key at a place of a node compares; negative when it comes before. */
function compare(node: Buffer, at: number, { object, type }: ItemKey): number {
  const found = node.readBigUInt64LE(at);
  if (found !== object) return found < object ? -1 : 1;
  return node.readUInt8(at + 8) - type;
}
