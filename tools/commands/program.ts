import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { deathSignal } from '@imago/infra/source';
import { ROOT } from './places.ts';

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** False: its output is collected and not shown. */
  readonly show: boolean;
}

export interface ProgramEnd {
  readonly success: boolean;
  /** Both streams, in the order in which they came. */
  readonly output: string;
}

/** Milliseconds a program has to end when it is asked to. */
const GRACE = 10_000;

/** Runs a tool of `node_modules/.bin` or of the machine in the checkout to its end. It dies with this process. */
export async function runProgram(command: readonly string[], options: ProgramOptions): Promise<ProgramEnd> {
  const { signal, show } = options;
  signal.throwIfAborted();
  const [file = '', ...args] = [...(await deathSignal('SIGTERM')), ...command];
  const child = spawn(file, args, {
    cwd: ROOT,
    env: { ...process.env, PATH: `${ROOT}/node_modules/.bin:${process.env['PATH'] ?? ''}`, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own: a Ctrl-C reaches us alone, and we end it whole
  });
  const chunks: Buffer[] = [];
  for (const [stream, target] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (show) target.write(chunk);
    });
  }
  const end = (): void => {
    endGroup(child.pid, 'SIGTERM');
    setTimeout(() => {
      endGroup(child.pid, 'SIGKILL');
    }, GRACE).unref();
  };
  signal.addEventListener('abort', end, { once: true });
  const [code] = (await once(child, 'close')) as [number | null];
  signal.removeEventListener('abort', end);
  signal.throwIfAborted();
  return { success: code === 0, output: Buffer.concat(chunks).toString() };
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // All of it has ended by itself.
  }
}
