const CELLS_AT = 4096;
const NONE = 0xffffffff;

/** A hive of the registry of Windows with one key and its texts. */
export function sampleHive(path: readonly string[], texts: Readonly<Record<string, string>>): Buffer {
  const cells: Buffer[] = [];
  let next = 32;
  const add = (content: Buffer): number => {
    const cell = Buffer.alloc((content.length + 4 + 7) & ~7);
    cell.writeInt32LE(-cell.length, 0);
    content.copy(cell, 4);
    cells.push(cell);
    next += cell.length;
    return next - cell.length;
  };
  const values = Object.entries(texts).map(([name, text]) => add(valueCell(name, text, add)));
  const list = Buffer.alloc(values.length * 4);
  for (const [index, at] of values.entries()) list.writeUInt32LE(at, index * 4);
  let child = add(keyCell(path.at(-1) ?? '', { values: values.length, list: add(list), keys: NONE }));
  for (const name of ['ROOT', ...path].slice(0, -1).reverse()) {
    const keys = Buffer.alloc(12);
    keys.write('lh', 'latin1');
    keys.writeUInt16LE(1, 2);
    keys.writeUInt32LE(child, 4);
    child = add(keyCell(name, { values: 0, list: NONE, keys: add(keys) }));
  }
  const header = Buffer.alloc(CELLS_AT + 32);
  header.write('regf', 'latin1');
  header.writeUInt32LE(child, 36);
  return Buffer.concat([header, ...cells, Buffer.alloc(4096)]);
}

function keyCell(name: string, { values, list, keys }: { values: number; list: number; keys: number }): Buffer {
  const cell = Buffer.alloc(76 + name.length);
  cell.write('nk', 'latin1');
  cell.writeUInt16LE(0x20, 2);
  cell.writeUInt32LE(keys === NONE ? 0 : 1, 20);
  cell.writeUInt32LE(keys, 28);
  cell.writeUInt32LE(values, 36);
  cell.writeUInt32LE(list, 40);
  cell.writeUInt16LE(name.length, 72);
  cell.write(name, 76, 'latin1');
  return cell;
}

function valueCell(name: string, text: string, add: (content: Buffer) => number): Buffer {
  const content = Buffer.from(`${text}\0`, 'utf16le');
  const cell = Buffer.alloc(20 + name.length);
  cell.write('vk', 'latin1');
  cell.writeUInt16LE(name.length, 2);
  cell.writeUInt32LE(content.length, 4);
  cell.writeUInt32LE(add(content), 8);
  cell.writeUInt32LE(1, 12);
  cell.writeUInt16LE(1, 16);
  cell.write(name, 20, 'latin1');
  return cell;
}

/** The head of a program of Windows. */
export function portableExecutable(machine: number): Buffer {
  const head = Buffer.alloc(2048);
  head.write('MZ', 'latin1');
  head.writeUInt32LE(128, 60);
  head.write('PE', 128, 'latin1');
  head.writeUInt16LE(machine, 132);
  return head;
}
