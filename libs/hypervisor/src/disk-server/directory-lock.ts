import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Held until released, or until this process ends in whatever way. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a directory, waiting for the process that holds it until the signal ends that. An abstract socket:
 * the kernel frees it with its process, so that no stale lock has to be judged.
 * @throws the signal's reason
 */
export async function lockDirectory(directory: string, signal: AbortSignal): Promise<DirectoryLock> {
  const path = await realpath(directory);
  const name = `\0imago-disks-${createHash('sha256').update(path).digest('hex').slice(0, 40)}`;
  for (;;) {
    signal.throwIfAborted();
    const lock = await tryLock(name);
    if (lock !== undefined) return lock;
    await released(name, signal);
  }
}

async function tryLock(name: string): Promise<DirectoryLock | undefined> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => waiting.delete(socket));
  });
  if (!(await listened(server, name))) return undefined;
  return {
    release: () =>
      new Promise((done) => {
        server.close(() => {
          done();
        });
        for (const socket of waiting) socket.destroy();
      }),
  };
}

function listened(server: Server, name: string): Promise<boolean> {
  return new Promise((done, failed) => {
    server.once('listening', () => {
      done(true);
    });
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') done(false);
      else failed(error);
    });
    server.listen(name);
  });
}

/** The holder never writes: the connection ends when the lock is released or its process is gone. */
function released(name: string, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const socket = connect(name);
    const abort = (): unknown => socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', () => undefined).resume();
    socket.on('close', () => {
      signal.removeEventListener('abort', abort);
      done();
    });
  });
}
