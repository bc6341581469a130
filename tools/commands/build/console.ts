import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../places.ts';
import { runProgram } from '../program.ts';

/** All that the built console depends on: its sources, the names of the events, and the libraries in it. */
const SOURCES = [
  'apps/console/{index.html,package.json,vite.config.ts}',
  'apps/console/src/**/*',
  'docs/asyncapi.json',
  'package-lock.json',
];

/** What it was built from; a build that does not end leaves none. */
const STAMP = join(ROOT, 'apps/console/dist/.built-from');

/**
 * Builds the console when its sources have changed. Answers whether it had to.
 * @throws Error with what the build said.
 */
export async function buildConsole(signal: AbortSignal): Promise<boolean> {
  const wanted = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return false;
  const env = { NODE_ENV: 'production' }; // whatever it is here: browsers get what is for them
  const { success, output } = await runProgram(['vite', 'build', 'apps/console'], { signal, show: false, env });
  if (!success) throw new Error(`The build of the console failed.\n${output}`);
  writeFileSync(STAMP, wanted);
  return true;
}

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const file of globSync(SOURCES, { cwd: ROOT }).sort()) {
    const path = join(ROOT, file);
    if (statSync(path).isFile()) hash.update(file).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}
