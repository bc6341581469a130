import { existsSync, readFileSync, rmSync } from 'node:fs';
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

export interface JestRun {
  /** Undefined when it ended without one. */
  readonly report: JestReport | undefined;
  readonly output: string;
}

export async function runJest({ args, env, signal }: JestOptions): Promise<JestRun> {
  const file = join(ROOT, '.imago', 'jest-report.json');
  rmSync(file, { force: true });
  const asJson = ['--json', `--outputFile=${file}`];
  const nodeOptions = { NODE_OPTIONS: '--experimental-vm-modules --no-warnings' };
  const { output } = await runProgram([...PROGRAM, ...asJson, ...args], {
    signal,
    show: true,
    env: { ...env, ...nodeOptions },
  });
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as JestReport) : undefined;
  return { report, output };
}

/** A run without a report, a file that could not be run, a run without tests: each counts as failed. */
export function tallyOf(report: JestReport | undefined): Tally {
  if (report === undefined) return { passed: 0, failed: 1 };
  const { numPassedTests: passed, numFailedTests, numRuntimeErrorTestSuites, success } = report;
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  return { passed, failed: failed === 0 && !success ? 1 : failed };
}
