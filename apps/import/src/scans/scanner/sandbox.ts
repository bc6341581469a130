import { lstat, readlink, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a program that sees tenants' bytes may have. */
export interface Sandbox {
  /** Paths of the programs that shut it in. */
  readonly bubblewrap: string;
  readonly prlimit: string;
  /** The program itself. */
  readonly program: string;
  readonly parameters: readonly string[];
  /** The one directory it may write to; it sees it as {@link WORKPLACE}. */
  readonly workplace: string;
  /** A directory it may read; it sees it as {@link SIGNATURES}. */
  readonly signatures: string;
  /** Bytes of memory it may ask for. */
  readonly memory: number;
  /** Bytes a file it writes may have. */
  readonly fileSize: number;
}

export const WORKPLACE = '/scan';
export const SIGNATURES = '/signatures';
/** Where programs and their libraries are; on most systems all but the first are links into it. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib64'];
const OPEN_FILES = 1024;

/**
 * The command of a program in a sandbox: no network, no process, no user and no file of the host but programs, libraries
 * and what is named; no privileges; limits on memory, files and their sizes; and it ends with us.
 */
export async function sandboxed(sandbox: Sandbox): Promise<readonly [string, ...string[]]> {
  const { bubblewrap, prlimit, memory, fileSize, workplace, signatures, program, parameters } = sandbox;
  const limits = [`--as=${memory}`, `--fsize=${fileSize}`, `--nofile=${OPEN_FILES}`, '--core=0'];
  const system = await Promise.all(SYSTEM.map(boundAsItIs));
  // A program of a bundle has its libraries beside it.
  const bundle = dirname(dirname(await realpath(program)));
  const own = bundle === '/usr' ? [] : ['--ro-bind', bundle, bundle];
  return [
    prlimit,
    ...limits,
    '--',
    bubblewrap,
    ...['--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
    ...['--unshare-user', '--uid', '65534', '--gid', '65534', '--hostname', 'scan'],
    ...['--clearenv', '--setenv', 'PATH', '/usr/sbin:/usr/bin:/sbin:/bin', '--setenv', 'LANG', 'C'],
    ...system.flat(),
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
    ...own,
    ...['--ro-bind', signatures, SIGNATURES, '--bind', workplace, WORKPLACE, '--chdir', WORKPLACE],
    '--',
    program,
    ...parameters,
  ];
}

async function boundAsItIs(path: string): Promise<readonly string[]> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return [];
  return found.isSymbolicLink() ? ['--symlink', await readlink(path), path] : ['--ro-bind', path, path];
}
