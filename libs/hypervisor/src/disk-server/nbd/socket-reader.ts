import type { Socket } from 'node:net';

/** The other side is gone, or was sent away. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
}

const CHUNK = 64 * 1024;

/** Reads a socket in exact lengths. What is not asked for stays with the client: only some KiB are read ahead. */
export class SocketReader {
  readonly #socket: Socket;
  #wake: () => void = () => undefined;
  #isStopped = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    for (const event of ['readable', 'end', 'close', 'error']) {
      socket.on(event, () => {
        this.#wake();
      });
    }
  }

  /** From now on it is as if the connection had ended; what is written to it still arrives. */
  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  /** @throws ConnectionEnded when the connection ends first */
  async take(length: number): Promise<Buffer> {
    if (length === 0) return Buffer.alloc(0);
    for (;;) {
      if (this.#isStopped) throw new ConnectionEnded();
      const data = this.#socket.read(length) as Buffer | null;
      if (data?.length === length) return data;
      if (data !== null || this.#socket.readableEnded || this.#socket.destroyed) throw new ConnectionEnded();
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  /** Throws bytes away. */
  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; left -= CHUNK) await this.take(Math.min(left, CHUNK));
  }
}
