import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childReady, startChild, stopLeftovers } from '../child.ts';
import { freePort } from '../ports.ts';
import type { KeystonePrograms } from './keystone-programs.ts';

const SERVER = join(import.meta.dirname, '../../keystone/server.py');
/** Its database is made first, in many steps. */
const START_MS = 300_000;

export interface KeystoneOptions {
  /** Where it keeps its settings, its database and its keys. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

export interface RunningKeystone {
  /** Of its API, with the version. */
  readonly url: string;
  /** Of the user `admin`, in the project `admin`. */
  readonly password: string;
  readonly stop: () => Promise<void>;
}

/** Starts an empty OpenStack Keystone on a directory: on SQLite, with Fernet tokens, and nothing that it remembers of them. */
export async function startKeystone(programs: KeystonePrograms, options: KeystoneOptions): Promise<RunningKeystone> {
  const { directory, signal } = options;
  await stopLeftovers(directory, 'SIGTERM');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const port = await freePort();
  const password = randomBytes(16).toString('hex');
  await writeFile(join(directory, 'keystone.conf'), settings(directory), { mode: 0o600 });
  const child = await startChild({
    name: 'OpenStack Keystone',
    command: [...programs.python, SERVER, directory, String(port), password],
    env: programs.env,
    directory,
    logFile: join(directory, 'keystone.log'),
    stopSignal: 'SIGTERM',
  });
  const url = `http://127.0.0.1:${port}/v3`;
  try {
    await childReady(child, () => answers(url), signal, START_MS);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { url, password, stop: () => child.stop() };
}

function settings(directory: string): string {
  return [
    '[DEFAULT]',
    'use_stderr = true',
    '[database]',
    `connection = sqlite:///${directory}/keystone.sqlite`,
    '[token]',
    'provider = fernet',
    '[fernet_tokens]',
    `key_repository = ${directory}/fernet-keys`,
    '[credential]',
    `key_repository = ${directory}/credential-keys`,
    '[cache]',
    'enabled = false',
    '',
  ].join('\n');
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
    (response) => response.ok,
    () => false,
  );
}
