import { globSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Infrastructure, startInfrastructure, tryLock } from '@imago/infra/source';
import { buildConsole } from './build/console.ts';
import { Interrupted, interruption } from './interruption.ts';
import { DIRECTORY, ROOT, TSC } from './places.ts';
import { runProgram } from './program.ts';
import { readRunFile, removeRunFile } from './run-file.ts';
import { complain, Steps } from './steps.ts';

// npm start: everything Imago is, on this machine, until Ctrl-C. With --no-build it runs what is built already.

const interrupted = interruption();
const { say } = new Steps();

try {
  mkdirSync(DIRECTORY, { recursive: true, mode: 0o700 });
  const lock = await tryLock(join(DIRECTORY, 'start'));
  if (lock === undefined) throw new Error(alreadyRunning());
  removeRunFile();
  const infrastructure = await buildAndStartServers();
  try {
    // Not before the build: this loads what was built.
    const { runImago } = await import('./start/run-imago.ts');
    const { welcome } = await import('./start/welcome.ts');
    const { system, run } = await runImago({ infrastructure, signal: interrupted, say });
    console.log(welcome(run));
    await aborted(interrupted);
    console.log();
    say('Stopping');
    removeRunFile();
    await system.stop();
  } finally {
    await infrastructure.stop();
  }
  say('Stopped');
  process.exit(0);
} catch (error) {
  if (error instanceof Interrupted) say('Stopped before it was ready');
  else complain(error);
  process.exit(1);
}

/** Both at once, since one mostly computes and the other mostly waits; the first failure stops the other. */
async function buildAndStartServers(): Promise<Infrastructure> {
  const failure = new AbortController();
  const signal = AbortSignal.any([interrupted, failure.signal]);
  const fail = (error: unknown): never => {
    failure.abort(error);
    throw error;
  };
  const building = (process.argv.includes('--no-build') ? Promise.resolve() : build(signal)).catch(fail);
  say('Starting PostgreSQL, RabbitMQ and S3');
  const starting = startInfrastructure({ directory: DIRECTORY, signal, report: say }).catch(fail);
  const [built, started] = await Promise.allSettled([building, starting]);
  if (built.status === 'fulfilled' && started.status === 'fulfilled') return started.value;
  if (started.status === 'fulfilled') await started.value.stop();
  throw signal.reason;
}

async function build(signal: AbortSignal): Promise<void> {
  say('Building what has changed');
  const { success, output } = await runProgram(['node', TSC, '--build', ...programs()], { signal, show: false });
  if (!success) throw new Error(`The build failed.\n${output}`);
  await buildConsole(signal);
}

/** What is run here, without its tests. */
function programs(): readonly string[] {
  return globSync(['apps/*/tsconfig.app.json', 'libs/*/tsconfig.lib.json', 'tools/*/tsconfig.lib.json'], { cwd: ROOT });
}

function alreadyRunning(): string {
  const run = readRunFile();
  const where = run === undefined ? 'it is still starting' : `its gateway is ${run.gateway}`;
  return `Imago already runs in ${DIRECTORY}: ${where}. Use that one, or stop it with Ctrl-C in its terminal.`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    signal.addEventListener(
      'abort',
      () => {
        done();
      },
      { once: true },
    );
  });
}
