import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Company, type SharingSuite, TOGETHER } from './casts.ts';
import { holdSystem, releaseSystem } from './shared-system.ts';

/**
 * Runs the suites of a company one after another on one system: to start one costs more than most of them. Vitest's
 * configuration loads the file that calls this instead of theirs when all tests run; each can be run by itself.
 */
export async function playTogether(company: Company): Promise<void> {
  const suites = Object.keys(TOGETHER[company]) as SharingSuite[];
  beforeAll(() => holdSystem(suites));
  afterAll(releaseSystem);
  for (const suite of suites) await import(/* @vite-ignore */ join(import.meta.dirname, `../src/${suite}.e2e.spec.ts`));
}
