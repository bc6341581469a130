import { execFile } from 'node:child_process';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly input?: string;
  /** Milliseconds; no tool that is called here may hang a start for ever. */
  readonly timeout?: number;
}

/** A tool ended with a failure; `stderr` is what it said. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly stderr: string;

  constructor(command: string, stderr: string, cause: unknown) {
    super(`${command} failed: ${stderr.trim().split('\n').slice(-3).join(' / ') || String(cause)}`, { cause });
    this.stderr = stderr;
  }
}

/** Runs a tool to its end and answers its standard output. Throws CommandError (exit code, signal, time-out, absent). */
export function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { cwd, env = process.env, signal, input, timeout = 300_000 } = options;
  return new Promise((done, failed) => {
    const child = execFile(
      command,
      [...args],
      { cwd, env, signal, timeout, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error)
          failed(signal?.aborted === true ? (signal.reason as Error) : new CommandError(command, stderr, error));
        else done(stdout);
      },
    );
    child.stdin?.on('error', () => undefined); // a tool may end without reading its input
    child.stdin?.end(input);
  });
}

/** Milliseconds a tool has to show that it runs: a Python loads for a second or two, and for many on a busy machine. */
const FIRST_WORD = 120_000;

/** Whether a tool can be run at all and ends with success. */
export async function commandWorks(
  command: string,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<boolean> {
  return runCommand(command, args, { timeout: FIRST_WORD, ...(env && { env }) }).then(
    () => true,
    () => false,
  );
}
