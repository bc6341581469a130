import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { takeLock } from '@imago/infra';
import { keeperSocket } from './keeper-protocol.ts';
import type { KeeperAnswer } from './keeper-protocol.ts';
import { startTestInfrastructure } from './test-infrastructure.ts';

export interface KeeperOptions {
  readonly directory: string;
  /** Milliseconds without a client after which the keeper stops its servers and itself. */
  readonly idle: number;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the keeper. */
  readonly signal: AbortSignal;
}

/**
 * Keeps one set of test servers for everybody who runs single tests in this checkout: whoever connects is told
 * where they are, and counts as a user until the connection ends. Returns when the servers are stopped again; at once
 * when there is a keeper already.
 */
export async function keepInfrastructure(options: KeeperOptions): Promise<void> {
  const clients = new Set<Socket>();
  const idle = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const watch = (): void => {
    clearTimeout(timer);
    if (clients.size === 0)
      timer = setTimeout(() => {
        idle.abort();
      }, options.idle);
  };
  const answer = Promise.withResolvers<KeeperAnswer>();
  const server = createServer((socket) => {
    clients.add(socket);
    watch();
    socket.on('error', () => undefined).resume();
    socket.on('close', () => {
      clients.delete(socket);
      watch();
    });
    void answer.promise.then((line) => socket.write(`${JSON.stringify(line)}\n`));
  });
  const listening = Promise.withResolvers<boolean>();
  server
    .once('listening', () => {
      listening.resolve(true);
    })
    .once('error', () => {
      listening.resolve(false);
    });
  server.listen(keeperSocket(options.directory));
  if (!(await listening.promise)) return;
  const lock = await takeLock(join(options.directory, 'keeper')); // the one before us may be stopping its servers still
  try {
    const infrastructure = await startTestInfrastructure(options);
    const { addresses } = infrastructure;
    await writeFile(
      join(options.directory, 'infra.json'),
      JSON.stringify({ pid: process.pid, ...addresses }, null, 2),
      {
        mode: 0o600,
      },
    );
    answer.resolve({ addresses });
    watch();
    await aborted(AbortSignal.any([idle.signal, options.signal]));
    server.close(); // a client that comes now starts another keeper, which waits for this one's end
    await infrastructure.stop();
  } catch (error) {
    answer.resolve({ error: error instanceof Error ? error.message : String(error) });
    await answer.promise;
    server.close();
  }
  await lock.release();
  for (const client of clients) client.end();
  clearTimeout(timer);
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
