import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../places.ts';
import { runProgram } from '../program.ts';
import type { Tally } from './tally.ts';

export interface JestOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** What Jest's own report says; the fields that are used here. */
export interface JestReport {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Files that could not be run at all: none of their tests is counted anywhere. */
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly duration?: number | null;
    }[];
  }[];
}

const PROGRAM = ['node', join(ROOT, 'node_modules/jest/bin/jest.js')];

/** Runs Jest and answers its report, or undefined when it ended without one. */
export async function runJest({ args, env, signal }: JestOptions): Promise<JestReport | undefined> {
  const file = join(ROOT, '.imago', 'jest-report.json');
  rmSync(file, { force: true });
  const report = ['--json', `--outputFile=${file}`];
  const nodeOptions = { NODE_OPTIONS: '--experimental-vm-modules --no-warnings' };
  await runProgram([...PROGRAM, ...report, ...args], { signal, show: true, env: { ...env, ...nodeOptions } });
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JestReport;
  } catch {
    return undefined;
  }
}

/** A run without a report, a file that could not be run, a run without tests: each counts as failed. */
export function tallyOf(report: JestReport | undefined): Tally {
  if (report === undefined) return { passed: 0, failed: 1 };
  const { numPassedTests: passed, numFailedTests, numRuntimeErrorTestSuites, success } = report;
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  return { passed, failed: failed === 0 && !success ? 1 : failed };
}
