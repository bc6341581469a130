import { createHash } from 'node:crypto';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { resolve } from 'node:path';

/** Held until released, or until this process ends in whatever way. */
export interface ProcessLock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a path, or answers undefined when another process holds it.
 *
 * The lock is a Linux abstract socket: the kernel frees it with its process, so that a SIGKILL leaves no stale lock
 * file to be judged by the next start. It is local to the machine (to the network namespace, to be exact).
 */
export async function tryLock(path: string): Promise<ProcessLock | undefined> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => waiting.delete(socket));
  });
  if (!(await listened(server, socketName(path)))) return undefined;
  server.unref(); // a forgotten lock must not keep the process alive
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

/** Takes the lock of a path, waiting for whoever holds it. Rejects with the signal's reason when aborted. */
export async function takeLock(path: string, signal?: AbortSignal): Promise<ProcessLock> {
  for (;;) {
    signal?.throwIfAborted();
    const lock = await tryLock(path);
    if (lock) return lock;
    await released(path, signal);
  }
}

/** Runs `work` while no other process runs under the same path's lock. */
export async function withLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const lock = await takeLock(path, signal);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

function socketName(path: string): string {
  return `\0imago-lock-${createHash('sha256').update(resolve(path)).digest('hex').slice(0, 40)}`;
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
function released(path: string, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal?.aborted === true) {
      done();
      return;
    }
    const socket = connect(socketName(path));
    const abort = (): unknown => socket.destroy();
    signal?.addEventListener('abort', abort, { once: true });
    socket.on('error', () => undefined).resume();
    socket.on('close', () => {
      signal?.removeEventListener('abort', abort);
      done();
    });
  });
}
