import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { ROOT, TSC } from '../places.ts';
import { type ProgramEnd, runProgram } from '../program.ts';
import type { Tally } from './tally.ts';

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

/**
 * One compiler for all projects: a third of the work of one per project, and what is built is what was checked. With one
 * checker for each, since four of them check a good deal of a small project four times.
 */
const BUILD: Check = {
  name: 'types and build',
  command: ['node', TSC, '--build', '--builders', '2', '--checkers', '1'],
};

/** What browsers load; served by systems under test. */
const CONSOLE: Check = { name: 'build of the console', command: ['node', 'tools/commands/build-console.ts'] };

/**
 * What is checked without running Imago, in the order in which it begins. The first one also makes the project graph
 * that the lint of boundaries needs; the canary would notice if it had not.
 */
const CHECKS: readonly Check[] = [
  { name: 'project references', command: ['nx', 'sync:check'] },
  { name: 'formatting', command: ['oxfmt', '--check'] },
  BUILD,
  CONSOLE,
  { name: 'lint that knows types', command: ['oxlint'] },
  { name: 'lint of boundaries', command: ['eslint', 'apps', 'libs', ...folders('bench', 'tools/*')] },
  { name: 'lint really refuses', command: ['node', 'tools/commands/test/lint-canary.ts'] },
];

/** Checks at the same time. */
const LIMIT = 2;

export interface CheckOptions {
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Runs every check, whatever becomes of the others; what a failed one said is shown. */
export function runChecks(options: CheckOptions): Promise<Tally> {
  return runAll(CHECKS, options);
}

async function runAll(checks: readonly Check[], options: CheckOptions): Promise<Tally> {
  const limit = pLimit(LIMIT);
  const outcomes = await Promise.all(checks.map((check) => limit(() => run(check, options))));
  const passed = outcomes.filter(Boolean).length;
  return { passed, failed: outcomes.length - passed };
}

/** The build alone, for runs of single tests: systems under test are started from it. */
export function build(options: CheckOptions): Promise<Tally> {
  return runAll([BUILD, CONSOLE], options);
}

async function run({ name, command }: Check, { signal, say }: CheckOptions): Promise<boolean> {
  say(`Checking: ${name}`);
  const end = await runProgram(command, { signal, show: false });
  if (!end.success) tell(name, end);
  return end.success;
}

function tell(name: string, { output }: ProgramEnd): void {
  console.error(`${output.trimEnd()}\nFAILED: ${name}\n`);
}

/** Those of the folders that hold a project. */
function folders(...patterns: readonly string[]): readonly string[] {
  return patterns
    .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
    .filter((folder) => existsSync(join(ROOT, folder, 'tsconfig.json')))
    .sort();
}
