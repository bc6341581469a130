import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../places.ts';
import { runProgram } from '../program.ts';
import type { Tally } from './tally.ts';

export interface VitestOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** What Vitest's own report says; the fields that are used here. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Those a filter left out too. */
  readonly numPendingTests: number;
  readonly testResults: readonly TestFile[];
}

interface TestFile {
  readonly status: 'passed' | 'failed';
  readonly assertionResults: readonly {
    readonly fullName: string;
    readonly status: string;
    readonly duration?: number | null;
  }[];
}

const PROGRAM = ['node', join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run'];

export interface VitestRun {
  /** Undefined when it ended without one. */
  readonly report: VitestReport | undefined;
  /** That it found tests, that all of them held, and that nothing went wrong beside them. */
  readonly success: boolean;
  readonly output: string;
}

export async function runVitest({ args, env, signal }: VitestOptions): Promise<VitestRun> {
  const file = join(ROOT, '.imago', 'test-report.json');
  rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { success, output } = await runProgram([...PROGRAM, ...reporters, ...args], { signal, show: true, env });
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as VitestReport) : undefined;
  return { report, success, output };
}

/** A run without a report, a file that did not run to its end, a run without tests: each counts as failed. */
export function tallyOf({ report, success }: VitestRun): Tally {
  if (report === undefined) return { passed: 0, failed: 1 };
  const failed = report.numFailedTests + report.testResults.filter(failedAsAWhole).length;
  return { passed: report.numPassedTests, failed: failed === 0 && !success ? 1 : failed };
}

/** None of its tests says why. */
function failedAsAWhole({ status, assertionResults }: TestFile): boolean {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
}
