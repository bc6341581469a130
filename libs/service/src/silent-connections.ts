import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The connections over which nothing was ever asked. To Node's server they are not idle, and it waits for each of them to
 * end; clients open such connections beforehand, and a hostile one would hold up every stop.
 */
export class SilentConnections {
  readonly #silent = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#silent.add(socket);
      socket.once('close', () => this.#silent.delete(socket));
    });
    server.on('request', ({ socket }: IncomingMessage) => this.#silent.delete(socket));
  }

  /** Closes those of which not a byte has come by now. */
  close(): void {
    for (const socket of this.#silent) if (socket.bytesRead === 0) socket.destroy();
  }
}
