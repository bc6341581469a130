import { Unreadable } from '../../disk/unreadable.ts';
import { exactNumber } from '../file-system.ts';

/** A name of a directory and the number of its inode. */
export interface XfsName {
  readonly name: string;
  readonly inode: number;
}

const BLOCK_WITH_LEAF = new Set(['XD2B', 'XDB3']);
const DATA_BLOCK = new Set(['XD2D', 'XDD3']);
const UNUSED = 0xffff;

/** The names of a directory that is in its inode. */
export function* shortNames(fork: Buffer, hasFileTypes: boolean): Generator<XfsName> {
  const count = fork.readUInt8(0);
  const width = fork.readUInt8(1) > 0 ? 8 : 4;
  let at = 2 + width;
  for (let index = 0; index < count; index += 1) {
    const length = fork.readUInt8(at);
    const name = fork.toString('utf8', at + 3, at + 3 + length);
    at += 3 + length + (hasFileTypes ? 1 : 0);
    const inode = width === 4 ? fork.readUInt32BE(at) : exactNumber(fork.readBigUInt64BE(at));
    at += width;
    yield { name, inode };
  }
}

/** The names of one block of a larger directory; none of a block that is an index. */
export function* blockNames(block: Buffer, hasFileTypes: boolean): Generator<XfsName> {
  const magic = block.toString('latin1', 0, 4);
  const hasLeaf = BLOCK_WITH_LEAF.has(magic);
  if (!hasLeaf && !DATA_BLOCK.has(magic)) throw new Unreadable('A directory is damaged');
  const end = hasLeaf ? block.length - 8 - block.readUInt32BE(block.length - 8) * 8 : block.length;
  for (let at = magic.endsWith('3') ? 64 : 16; at < end;) {
    if (block.readUInt16BE(at) === UNUSED) {
      const length = block.readUInt16BE(at + 2);
      if (length < 8) throw new Unreadable('A directory is damaged');
      at += length;
      continue;
    }
    const length = block.readUInt8(at + 8);
    const name = block.toString('utf8', at + 9, at + 9 + length);
    if (length === 0 || at + 9 + length > end) throw new Unreadable('A directory is damaged');
    if (name !== '.' && name !== '..') yield { name, inode: exactNumber(block.readBigUInt64BE(at)) };
    at += (8 + 1 + length + (hasFileTypes ? 1 : 0) + 2 + 7) & ~7;
  }
}
