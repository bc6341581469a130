import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ProvisionError } from './provision-error.ts';
import { commandWorks } from './run-command.ts';

const MARK = 'IMAGO_INFRA_PART';

/** Environment that marks a process as working in a directory, so that a later start there knows it: see stopLeftovers. */
export function markOf(directory: string): Readonly<Record<string, string>> {
  return { [MARK]: directory };
}

export interface ChildOptions {
  /** What the part is called in messages. */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  /** Data directory of the part: working directory of the process and its mark. */
  readonly directory: string;
  readonly logFile: string;
  /** Ends the process in the clean way; also sent by the kernel when we die. */
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** Run as an unprivileged user, for programs that refuse to run as root. */
  readonly unprivileged?: readonly string[];
}

/** One long-running child, leader of its own process group (a Ctrl-C in the terminal does not reach it). */
export interface Child {
  readonly name: string;
  readonly process: ChildProcess;
  readonly logFile: string;
  readonly stop: () => Promise<void>;
}

/** Starts a long-running child whose output goes to its log file. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, env, directory, logFile, stopSignal } = options;
  // Last in the chain of wrappers: the kernel forgets the death signal when a process changes its user.
  const [command, ...args] = [...(options.unprivileged ?? []), ...(await deathSignal(stopSignal)), ...options.command];
  const log = openSync(logFile, 'w', 0o600);
  try {
    const child = spawn(command ?? '', args, {
      cwd: directory,
      env: { ...env, ...markOf(directory) },
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.unref();
    child.on('error', () => undefined); // seen as "not started" by whoever waits for it
    return { name, process: child, logFile, stop: () => stopChild(child, stopSignal) };
  } finally {
    closeSync(log);
  }
}

/** Polls `ready` until it answers true. Throws when the child ends before that, after `timeout` ms, or on abort. */
export async function childReady(
  child: Child,
  ready: () => Promise<boolean>,
  signal: AbortSignal,
  timeout = 90_000,
): Promise<void> {
  const end = performance.now() + timeout;
  for (;;) {
    signal.throwIfAborted();
    if (ended(child.process)) throw await notReady(child, 'ended while starting');
    if (await ready()) return;
    if (performance.now() > end) throw await notReady(child, `was not ready after ${timeout / 1000} s`);
    await delay(50);
  }
}

/** Stops what an earlier, killed run left behind for a part's directory. Answers how many processes there were. */
export async function stopLeftovers(directory: string, signal: NodeJS.Signals): Promise<number> {
  return stopProcesses(() => markedProcesses(directory), signal);
}

/** Sends `signal` to all processes that `find` sees, waits for them to go, and kills them after 30 s. */
export async function stopProcesses(find: () => Promise<number[]>, signal: NodeJS.Signals): Promise<number> {
  const first = await find();
  for (const pid of first) send(pid, signal);
  const end = performance.now() + 30_000;
  for (let left = first; left.length > 0; left = await find()) {
    if (performance.now() > end) for (const pid of left) send(pid, 'SIGKILL');
    await delay(50);
  }
  return first.length;
}

/** Ids of all processes for which `matches` holds; those that end meanwhile or belong to others are passed over. */
export async function processesWhere(matches: (pid: number) => Promise<boolean>): Promise<number[]> {
  const ids = (await readdir('/proc')).map(Number).filter((id) => id > 1 && id !== process.pid);
  const verdicts = await Promise.all(ids.map((id) => matches(id).catch(() => false)));
  return ids.filter((_, index) => verdicts[index]);
}

function markedProcesses(directory: string): Promise<number[]> {
  const mark = `${MARK}=${directory}`;
  return processesWhere(async (pid) => (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').includes(mark));
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function ended(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

async function stopChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (ended(child)) return;
  const exit = once(child, 'exit');
  child.ref();
  child.kill(signal);
  const killer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await exit;
  clearTimeout(killer);
}

async function notReady(child: Child, what: string): Promise<ProvisionError> {
  const log = await readFile(child.logFile, 'utf8').catch(() => '');
  const last = log.trim().split('\n').slice(-5).join('\n');
  return new ProvisionError(`${child.name} ${what}.`, `Its log is ${child.logFile}; it ends with:\n${last}`);
}

let deathSignalWorks: Promise<boolean> | undefined;

/**
 * Words to put before a command: they make the kernel send it the signal when we are killed. None where the tool is
 * not there; stopLeftovers is the net. The command keeps the process id.
 */
export async function deathSignal(signal: NodeJS.Signals): Promise<readonly string[]> {
  deathSignalWorks ??= commandWorks('setpriv', ['--pdeathsig', 'TERM', 'true']);
  return (await deathSignalWorks) ? ['setpriv', '--pdeathsig', signal.replace(/^SIG/, '')] : [];
}
