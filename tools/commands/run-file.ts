import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { InstallationUser } from '@imago/system';
import { RUN_FILE } from './places.ts';

/** What `run.json` says about a running installation. */
export interface RunFile {
  readonly gateway: string;
  readonly keystone: string;
  readonly s3: { readonly endpoint: string; readonly region: string };
  /** Two tenants and an operator. */
  readonly users: readonly InstallationUser[];
}

/** Only its owner may read it: it holds passwords and keys. It appears whole or not at all. */
export function writeRunFile(run: RunFile): void {
  const draft = `${RUN_FILE}.new`;
  writeFileSync(draft, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, RUN_FILE);
}

export function removeRunFile(): void {
  rmSync(RUN_FILE, { force: true });
}

/** Undefined when nothing was started here, or what was started has been stopped. */
export function readRunFile(): RunFile | undefined {
  if (!existsSync(RUN_FILE)) return undefined;
  return JSON.parse(readFileSync(RUN_FILE, 'utf8')) as RunFile;
}

/**
 * The installation that runs here.
 * @throws Error that says how to start one.
 */
export async function runningInstallation(): Promise<RunFile> {
  const run = readRunFile();
  if (run !== undefined && (await answers(run.gateway))) return run;
  throw new Error(
    'Imago is not running here. Start it with `npm start` in another terminal and wait until it is ready.',
  );
}

function answers(gateway: string): Promise<boolean> {
  return fetch(`${gateway}/health/live`, { signal: AbortSignal.timeout(5_000) }).then(
    (response) => response.ok,
    () => false,
  );
}
