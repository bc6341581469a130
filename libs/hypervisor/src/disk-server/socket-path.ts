import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The kernel has 108 bytes for the path of a socket, and the last one is a zero. */
const LONGEST_PATH = 107;

/**
 * Where clients of a directory's disk server connect: `nbd+unix:///<object id>?socket=<this>`. In the directory, or, when
 * that is too deep for the path of a socket, in one of its own among the temporary files, named after the directory. It
 * stays the same as long as the directory and TMPDIR do.
 */
export function diskServerSocket(directory: string): string {
  const home = resolve(directory);
  const near = join(home, 'socket');
  if (Buffer.byteLength(near) <= LONGEST_PATH) return near;
  const name = createHash('sha256').update(home).digest('hex').slice(0, 16);
  return join(tmpdir(), `imago-disks-${name}`, 'socket');
}

/** Makes the directory the socket is in. @throws Error when somebody else could put a socket of theirs there. */
export async function prepareSocketDirectory(socket: string): Promise<void> {
  if (Buffer.byteLength(socket) > LONGEST_PATH) throw new Error(`${socket} is too long a path for a socket`);
  const directory = dirname(socket);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const facts = await lstat(directory);
  const isOurs = facts.isDirectory() && facts.uid === process.getuid?.() && (facts.mode & 0o022) === 0;
  if (!isOurs) throw new Error(`${directory} can be written by others: no place for the socket of the disk server`);
}
