import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { extname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { attachInfrastructure } from '@imago/infra';
import type { AttachedInfrastructure, InfrastructureAddresses } from '@imago/infra';
import { keeperSocket } from './keeper-protocol.ts';
import type { KeeperAnswer } from './keeper-protocol.ts';

/** Servers of others; `release` tells their keeper that they are no longer in use here. */
export interface SharedInfrastructure {
  readonly infrastructure: AttachedInfrastructure;
  readonly release: () => void;
}

/** Where the keeper of this checkout has its servers' data and its log. */
const KEEPER_DIRECTORY = join(import.meta.dirname, '../../../.imago/test');

/** The first start on a machine fetches RabbitMQ. */
const START_TIMEOUT_MS = 300_000;

/**
 * The servers all suites share: those of the file that IMAGO_TEST_INFRASTRUCTURE names (whoever runs the whole test run
 * has started them), else those of this checkout's keeper, which is started when there is none and ends by itself some
 * minutes after its last user.
 */
export async function shareInfrastructure(env: NodeJS.ProcessEnv = process.env): Promise<SharedInfrastructure> {
  const file = env['IMAGO_TEST_INFRASTRUCTURE'];
  if (file === undefined || file === '') return shareKeeper(KEEPER_DIRECTORY, env);
  const addresses = JSON.parse(await readFile(file, 'utf8')) as InfrastructureAddresses;
  return { infrastructure: attachInfrastructure(addresses), release: () => undefined };
}

/** Exported for its tests, which use keepers of their own. */
export async function shareKeeper(directory: string, env: NodeJS.ProcessEnv): Promise<SharedInfrastructure> {
  const end = performance.now() + START_TIMEOUT_MS;
  let keeper: ChildProcess | undefined;
  for (;;) {
    const contact = await askKeeper(directory, end - performance.now());
    if (contact !== undefined) {
      if ('addresses' in contact.answer)
        return { infrastructure: attachInfrastructure(contact.answer.addresses), release: contact.release };
      throw new Error(`The test servers could not be started: ${contact.answer.error}`);
    }
    if (keeper !== undefined && keeper.exitCode !== null && keeper.exitCode !== 0)
      throw await keeperFailure(directory, `ended with code ${keeper.exitCode}`);
    if (performance.now() > end) throw await keeperFailure(directory, `gave no answer in ${START_TIMEOUT_MS / 1000} s`);
    // Ended with code 0: another one was there before it, and may be gone by now.
    if (keeper === undefined || keeper.exitCode === 0) keeper = await startKeeper(directory, env);
    await delay(50);
  }
}

interface KeeperContact {
  readonly answer: KeeperAnswer;
  readonly release: () => void;
}

/** Undefined when no keeper listens, or when it ended before it had an answer. */
function askKeeper(directory: string, timeout: number): Promise<KeeperContact | undefined> {
  return new Promise((done) => {
    const socket = connect(keeperSocket(directory));
    const timer = setTimeout(() => socket.destroy(), Math.max(0, timeout));
    let text = '';
    socket.setEncoding('utf8');
    socket.on('error', () => undefined); // seen by 'close'
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (!text.endsWith('\n')) return;
      clearTimeout(timer);
      socket.unref(); // a suite that forgets to close must still end
      done({ answer: JSON.parse(text) as KeeperAnswer, release: () => socket.destroy() });
    });
    socket.on('close', () => {
      clearTimeout(timer);
      done(undefined);
    });
  });
}

/** Detached: it outlives this test process, whose successors use it again. */
async function startKeeper(directory: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  await mkdir(directory, { recursive: true });
  const main = join(import.meta.dirname, `keeper.main${extname(import.meta.filename)}`);
  const log = openSync(keeperLog(directory), 'a', 0o600); // one that finds another must not erase the other's words
  try {
    const keeper = spawn(process.execPath, ['--conditions=@imago/source', main, directory], {
      cwd: directory,
      env: { ...env, NODE_OPTIONS: '' }, // those of the test runner
      detached: true,
      stdio: ['ignore', log, log],
    });
    keeper.unref();
    return keeper;
  } finally {
    closeSync(log);
  }
}

function keeperLog(directory: string): string {
  return join(directory, 'keeper.log');
}

async function keeperFailure(directory: string, what: string): Promise<Error> {
  const log = await readFile(keeperLog(directory), 'utf8').catch(() => '');
  const last = log.trim().split('\n').slice(-10).join('\n');
  return new Error(
    `The keeper of the test servers ${what}. Its log is ${keeperLog(directory)}; it ends with:\n${last}`,
  );
}
