import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServiceAddresses } from './service-under-test.ts';

/** What a service in a process of its own does. */
export interface ChildTask extends ServiceAddresses {
  readonly service: 'quota' | 'catalog';
  /** Subjects to state a reservation for, in one transaction each, as soon as the process is up. */
  readonly reserve?: readonly string[];
  /** The process ends, as in a crash, when it handles an event about this subject. */
  readonly dieOf?: string;
  /** Milliseconds a handler takes. */
  readonly handlingMs?: number;
}

export interface Child {
  /** Waits for a line of the process: `up`, `reserved`, `handling SUBJECT`. */
  said(line: string): Promise<void>;
  readonly process: ChildProcess;
  /** Exit code and signal. */
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>;
}

/** Starts a service as a process of its own, for tests that kill it. */
export function startChild(task: ChildTask): Child {
  const loader = join(import.meta.dirname, 'swc-loader.mjs');
  const main = join(import.meta.dirname, 'child.main.ts');
  const process_ = spawn(
    process.execPath,
    ['--import', loader, '--conditions=@imago/source', main, JSON.stringify(task)],
    { stdio: ['ignore', 'pipe', 'inherit'], env: {} },
  );
  const lines: string[] = [];
  const waiting = new Map<string, () => void>();
  createInterface(process_.stdout).on('line', (line) => {
    lines.push(line);
    waiting.get(line)?.();
  });
  const ended = once(process_, 'close') as Child['ended'];
  return {
    process: process_,
    ended,
    said: async (line) => {
      if (lines.includes(line)) return;
      const heard = new Promise<void>((resolve) => waiting.set(line, resolve));
      const over = ended.then(() => {
        throw new Error(`the process ended without saying ${line}; it said: ${lines.join(', ')}`);
      });
      await Promise.race([heard, over]);
    },
  };
}
