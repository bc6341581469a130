import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Budget } from '../budget.ts';
import { type Log, reasonOf } from '../log.ts';
import type { ExportSource } from './export-source.ts';
import { type Client, negotiate } from './negotiate.ts';
import { ConnectionEnded, SocketReader } from './socket-reader.ts';
import { transmit } from './transmit.ts';

export interface NbdServerOptions {
  readonly exports: ExportSource;
  /** Bytes of all replies that are in the making. */
  readonly memory: Budget;
  readonly log: Log;
}

const MOST_CONNECTIONS = 4_096;
/** Milliseconds between two looks at a client that does not take its replies. */
const LOOK = 1_000;
/** Looks after which it is sent away. It holds memory; when others wait for that, the first look is the last. */
const MOST_LOOKS = 30;
/** Milliseconds that requests have to be answered when the server ends. */
const PARTING = 3_000;

/** Serves disks over NBD on a unix socket: read-only, newstyle, simple replies. */
export class NbdServer {
  readonly #options: NbdServerOptions;
  readonly #server: Server;
  readonly #clients = new Map<Client, Promise<void>>();

  private constructor(options: NbdServerOptions) {
    this.#options = options;
    // A client that has said its last word still gets its answers.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      const client: Client = { socket, reader: new SocketReader(socket) };
      const served = this.#serve(client).finally(() => this.#clients.delete(client));
      this.#clients.set(client, served);
    });
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  /** Listens where nothing else does; only this user can connect. */
  static async listen(path: string, options: NbdServerOptions): Promise<NbdServer> {
    const nbd = new NbdServer(options);
    await new Promise<void>((listening, failed) => {
      nbd.#server.once('error', failed);
      const mask = process.umask(0o177); // there is no moment in which others can connect
      nbd.#server.listen(path, listening);
      process.umask(mask);
    });
    return nbd;
  }

  /** Takes no more requests, answers those it has, for a while, and ends all connections. */
  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    for (const { reader } of this.#clients.keys()) reader.stop();
    const late = new AbortController();
    const parting = delay(PARTING, undefined, { signal: late.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#clients.values()), parting]);
    late.abort();
    for (const { socket } of this.#clients.keys()) socket.destroy();
    await closed;
  }

  async #serve(client: Client): Promise<void> {
    const { exports, memory, log } = this.#options;
    const { socket } = client;
    socket.on('error', () => undefined); // seen by the reader
    watchStalling(socket, memory);
    try {
      const disk = await negotiate(client, exports);
      if (disk === null) return;
      try {
        await transmit(client, disk, memory);
      } finally {
        disk.close();
      }
    } catch (error) {
      if (!(error instanceof ConnectionEnded)) log('error', 'a connection failed', { reason: reasonOf(error) });
    } finally {
      socket.destroySoon();
    }
  }
}

/** qemu connects again and asks again, so who is sent away for being slow loses nothing. */
function watchStalling(socket: Socket, memory: Budget): void {
  let looks = 0;
  socket.on('timeout', () => {
    if (socket.writableLength === 0) {
      looks = 0;
      return; // it is idle: the next byte begins the time anew
    }
    looks += 1;
    if (memory.isScarce || looks >= MOST_LOOKS) socket.destroy();
    else socket.setTimeout(LOOK);
  });
  socket.setTimeout(LOOK);
}
