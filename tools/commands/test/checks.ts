import { type ProgramEnd, runProgram } from '../program.ts';
import type { Tally } from './tally.ts';

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

/** What is checked without running Imago. Each may rely on the ones before it: the canary needs lint's project graph. */
const CHECKS: readonly Check[] = [
  { name: 'formatting', command: ['prettier', '--check', '.', '--log-level', 'warn'] },
  { name: 'project references', command: ['nx', 'sync:check'] },
  { name: 'lint', command: nx('lint') },
  { name: 'boundaries really refuse', command: ['node', 'tools/commands/test/boundaries.ts'] },
  { name: 'types', command: nx('typecheck') },
  { name: 'build', command: nx('build') },
];

export interface CheckOptions {
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Runs every check, whatever becomes of the others; what a failed one said is shown. */
export async function runChecks({ signal, say }: CheckOptions): Promise<Tally> {
  let failed = 0;
  for (const { name, command } of CHECKS) {
    say(`Checking: ${name}`);
    const end = await runProgram(command, { signal, show: false });
    if (end.success) continue;
    failed += 1;
    tell(name, end);
  }
  return { passed: CHECKS.length - failed, failed };
}

/** The build alone, for runs of single tests: systems under test are started from it. */
export async function build({ signal, say }: CheckOptions): Promise<Tally> {
  say('Building what has changed');
  const end = await runProgram(nx('build'), { signal, show: false });
  if (!end.success) tell('build', end);
  return end.success ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

function nx(target: string): readonly string[] {
  return ['nx', 'run-many', '-t', target, '--parallel=2', '--outputStyle=static', '--skipSync'];
}

function tell(name: string, { output }: ProgramEnd): void {
  console.error(`${output.trimEnd()}\nFAILED: ${name}\n`);
}
