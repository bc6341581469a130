import { createHash } from 'node:crypto';
import { chown, cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ProvisionError } from './provision-error.ts';
import { commandWorks } from './run-command.ts';

/** How and where Postgres, which refuses to be root, is run. */
export interface Unprivileged {
  /** Words before the command. */
  readonly wrapper: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Where the programs are, as the unprivileged user sees them. */
  readonly programs: string;
  /** Where the server keeps its data, as the unprivileged user sees it. */
  readonly directory: string;
  /** Makes a new file or directory of ours the unprivileged user's. */
  give(path: string): Promise<void>;
}

const NOBODY = 65_534;
const USER_NAMESPACE = ['unshare', '--user', '--map-user=1000', '--map-group=1000'] as const;

/**
 * A user runs Postgres as it is. Root runs it in a user namespace, where root's files look like a plain user's: no
 * user is created and no directory has to be opened to others. Where the kernel refuses namespaces (some containers)
 * it runs as `nobody`, from a directory under /var/tmp that `nobody` can reach, since a checkout may be closed to it.
 */
export async function unprivilegedPostgres(directory: string, programs: string): Promise<Unprivileged> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const env = { PATH: process.env['PATH'], LANG: 'C' };
  const here = { env, programs, directory, give: () => Promise.resolve() };
  if (process.getuid?.() !== 0) return { ...here, wrapper: [] };
  if (await userNamespacesWork()) return { ...here, wrapper: USER_NAMESPACE };
  return asNobody(directory, programs, env);
}

/** Exported for its test: most machines never take this way. */
export async function asNobody(directory: string, programs: string, env: NodeJS.ProcessEnv): Promise<Unprivileged> {
  const wrapper = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  if (!(await commandWorks(wrapper[0] ?? '', [...wrapper.slice(1), 'true'])))
    throw new ProvisionError(
      'PostgreSQL refuses to run as root, and this system can neither make a user namespace nor change the user.',
      'Run the command as a plain user, or set IMAGO_POSTGRES_URL to a running PostgreSQL 18.',
    );
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  const place = join('/var/tmp', `imago-postgres-${name}`);
  await mkdir(place, { recursive: true, mode: 0o755 });
  if ((await stat(place)).uid !== 0 && (await stat(place)).uid !== NOBODY)
    throw new ProvisionError(`${place} belongs to another user.`, 'Remove it, or run the command as a plain user.');
  const copy = join(place, 'programs');
  if (!(await readdir(place)).includes('programs')) {
    await rm(`${copy}.new`, { recursive: true, force: true });
    await cp(programs, `${copy}.new`, { recursive: true, verbatimSymlinks: true });
    await rename(`${copy}.new`, copy);
  }
  const give = (path: string): Promise<void> => chown(path, NOBODY, NOBODY);
  return { wrapper, env, programs: copy, directory: place, give };
}

function userNamespacesWork(): Promise<boolean> {
  return commandWorks(USER_NAMESPACE[0], [...USER_NAMESPACE.slice(1), 'true']);
}
