import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FILES, textOf } from './server-files.ts';

/** Milliseconds between two looks at a process that is to end, which may be nobody's child here. */
const LOOK_INTERVAL = 20;

/** Writes its process id and becomes the program: there is no moment in which one runs that nobody would find. */
const STARTER = `echo $$ >${FILES.pid}.new && mv ${FILES.pid}.new ${FILES.pid} && exec "$@"`;

/** Nothing of this process's, whose environment holds secrets, goes to one that runs what tenants bring. */
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/** A process that runs in the directory of a server. It does not end with this one. */
export class MachineProcess {
  readonly pid: number;
  readonly #directory: string;
  /** With the pid, what no other process has ever had. */
  readonly #startTime: string | null;

  private constructor(pid: number, directory: string, startTime: string | null) {
    this.pid = pid;
    this.#directory = directory;
    this.#startTime = startTime;
  }

  /** The one that is there, whoever started it; null when there is none. */
  static async find(directory: string): Promise<MachineProcess | null> {
    const pid = await MachineProcess.lastPid(directory);
    const startTime = pid === null ? null : await startTimeOf(pid);
    if (pid === null || startTime === null || !(await worksIn(pid, directory))) return null;
    return new MachineProcess(pid, directory, startTime);
  }

  /** The id of the one that was started last, running or not. */
  static async lastPid(directory: string): Promise<number | null> {
    const pid = Number((await textOf(join(directory, FILES.pid))) ?? 0);
    return Number.isSafeInteger(pid) && pid > 1 ? pid : null;
  }

  static async start(directory: string, command: readonly [string, ...string[]]): Promise<MachineProcess> {
    const log = await open(join(directory, FILES.log), 'w', 0o600);
    try {
      const child = spawn('/bin/sh', ['-c', STARTER, 'sh', ...command], {
        cwd: directory,
        env: ENVIRONMENT,
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
      });
      await once(child, 'spawn'); // rejects with its error when there is no process
      child.unref();
      const { pid = 0 } = child;
      return new MachineProcess(pid, directory, await startTimeOf(pid));
    } finally {
      await log.close();
    }
  }

  async runs(): Promise<boolean> {
    return this.#startTime !== null && (await startTimeOf(this.pid)) === this.#startTime;
  }

  /** Waits for its end. @returns whether it has ended before the milliseconds were over. */
  async ended(timeout: number, signal?: AbortSignal): Promise<boolean> {
    const end = performance.now() + timeout;
    while (await this.runs()) {
      signal?.throwIfAborted();
      if (performance.now() >= end) return false;
      await delay(LOOK_INTERVAL);
    }
    return true;
  }

  /** Ends it, and waits until the kernel is done with it. @throws Error when the kernel is not. */
  async kill(timeout: number): Promise<void> {
    if (await this.runs()) {
      try {
        process.kill(this.pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    if (!(await this.ended(timeout))) throw new Error(`Process ${this.pid} does not end.`);
  }

  /** The end of what it said, for the reason of a failure. */
  async lastWords(): Promise<string> {
    const log = (await textOf(join(this.#directory, FILES.log))) ?? '';
    return log.trim().split('\n').slice(-3).join(' / ');
  }
}

/** Null when the process has ended, with all its threads: nothing of it holds a file any more. */
async function startTimeOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // the name before it may hold anything
  const [state, threads, startTime = null] = [fields[0], Number(fields[17]), fields[19]];
  return state === 'Z' && threads <= 1 ? null : startTime;
}

/** Only the machine of a server does: a process that was given its number later works elsewhere. */
async function worksIn(pid: number, directory: string): Promise<boolean> {
  try {
    const [ours, its] = await Promise.all([stat(directory), stat(`/proc/${pid}/cwd`)]);
    return ours.dev === its.dev && ours.ino === its.ino;
  } catch {
    return false;
  }
}
