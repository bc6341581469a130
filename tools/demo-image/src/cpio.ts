/** A file of an archive: its path without a leading slash, its mode with the type bits, its content. */
export interface ArchiveEntry {
  readonly path: string;
  readonly mode: number;
  readonly content: Buffer;
}

export const FILE = 0o100_000;
export const DIRECTORY = 0o040_000;
export const SYMLINK = 0o120_000;

const ALIGNMENT = 4;

/**
 * Writes a cpio archive in the form the kernel unpacks its first file system from ("newc"). Owner, times and device
 * numbers are zero, so that the same entries give the same bytes.
 */
export function cpioArchive(entries: readonly ArchiveEntry[]): Buffer {
  const members = entries.map((entry, index) => member(entry, index + 1));
  return Buffer.concat([...members, member({ path: 'TRAILER!!!', mode: 0, content: Buffer.alloc(0) }, 0)]);
}

function member({ path, mode, content }: ArchiveEntry, inode: number): Buffer {
  const name = Buffer.from(`${path}\0`);
  const links = 1;
  const fields = [inode, mode, 0, 0, links, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const head = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return Buffer.concat([padded(Buffer.concat([head, name])), padded(content)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT)]);
}
