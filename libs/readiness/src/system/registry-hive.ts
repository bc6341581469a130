import { Unreadable } from '../disk/unreadable.ts';
import type { FileNode } from '../file-systems/file-system.ts';

const CELLS_AT = 4096;
const LONGEST_CELL = 64 * 1024;
const MOST_KEYS = 8_192;
const RESIDENT = 0x80000000;
const NONE = 0xffffffff;
const ASCII_NAME = { key: 0x20, value: 0x1 };

/** A hive of the registry of Windows, of which no more is read than leads to a value. */
export class RegistryHive {
  private readonly file: FileNode;

  constructor(file: FileNode) {
    this.file = file;
  }

  /** Texts of a key by their names in small letters; null when the key does not exist. */
  async texts(path: readonly string[], wanted: readonly string[]): Promise<Map<string, string> | null> {
    const header = await this.file.read(0, 512);
    if (header.toString('latin1', 0, 4) !== 'regf') throw new Unreadable('It is no hive of a registry');
    let key = await this.cell(header.readUInt32LE(36));
    for (const name of path) {
      const found = await this.subkey(key, name.toLowerCase());
      if (!found) return null;
      key = found;
    }
    return this.values(key, wanted);
  }

  private async cell(at: number): Promise<Buffer> {
    const head = await this.file.read(CELLS_AT + at, 4);
    const length = Math.abs(head.readInt32LE(0)) - 4;
    if (length < 4 || length > LONGEST_CELL) throw new Unreadable('A cell of the registry is damaged');
    return this.file.read(CELLS_AT + at + 4, length);
  }

  private async subkey(key: Buffer, wanted: string): Promise<Buffer | null> {
    if (key.toString('latin1', 0, 2) !== 'nk') throw new Unreadable('A key of the registry is damaged');
    const list = key.readUInt32LE(28);
    if (list === NONE || key.readUInt32LE(20) === 0) return null;
    for (const at of await this.listedKeys(list)) {
      const found = await this.cell(at);
      if (
        nameOf(found, { at: 76, length: found.readUInt16LE(72), isAscii: isSet(found, 2, ASCII_NAME.key) }) === wanted
      )
        return found;
    }
    return null;
  }

  /** A list of keys, or a list of such lists, which has no more lists in it. */
  private async listedKeys(at: number): Promise<number[]> {
    const list = await this.cell(at);
    if (list.toString('latin1', 0, 2) !== 'ri') return keysOf(list);
    const found: number[] = [];
    for (const part of offsetsOf(list, 4)) {
      found.push(...keysOf(await this.cell(part)));
      if (found.length > MOST_KEYS) throw new Unreadable('A key of the registry has too many keys');
    }
    return found;
  }

  private async values(key: Buffer, wanted: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const [count, at] = [key.readUInt32LE(36), key.readUInt32LE(40)];
    if (count === 0 || at === NONE) return found;
    const list = await this.cell(at);
    for (let index = 0; index < Math.min(count, MOST_KEYS); index += 1) {
      const value = await this.cell(list.readUInt32LE(index * 4));
      const isAscii = isSet(value, 16, ASCII_NAME.value);
      const name = nameOf(value, { at: 20, length: value.readUInt16LE(2), isAscii });
      if (wanted.includes(name)) found.set(name, await this.text(value));
    }
    return found;
  }

  private async text(value: Buffer): Promise<string> {
    const length = value.readUInt32LE(4);
    if (length >= RESIDENT) return value.toString('utf16le', 8, 12).replace(/\0.*$/s, '');
    const content = await this.cell(value.readUInt32LE(8));
    return content.subarray(0, length).toString('utf16le').replace(/\0.*$/s, '');
  }
}

function keysOf(list: Buffer): number[] {
  const kind = list.toString('latin1', 0, 2);
  if (kind === 'lf' || kind === 'lh') return offsetsOf(list, 8);
  if (kind === 'li') return offsetsOf(list, 4);
  throw new Unreadable('A list of keys of the registry is damaged');
}

function offsetsOf(list: Buffer, width: number): number[] {
  const count = list.readUInt16LE(2);
  if (count > MOST_KEYS) throw new Unreadable('A key of the registry has too many keys');
  return Array.from({ length: count }, (_, index) => list.readUInt32LE(4 + index * width));
}

function isSet(cell: Buffer, at: number, bit: number): boolean {
  return (cell.readUInt16LE(at) & bit) !== 0;
}

function nameOf(cell: Buffer, { at, length, isAscii }: { at: number; length: number; isAscii: boolean }): string {
  return cell
    .subarray(at, at + length)
    .toString(isAscii ? 'latin1' : 'utf16le')
    .toLowerCase();
}
