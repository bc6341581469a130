import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { ObjectStoreError, ObjectStoreUnavailableError } from './object-store.errors.ts';

/** The bytes of a reply, with back-pressure. When they do not all come, it fails in the words of the port. */
export class ReplyBody extends Readable {
  readonly #incoming: IncomingMessage;

  /** @param most bytes it may have; it fails when there are more. */
  constructor(incoming: IncomingMessage, most = Infinity) {
    super();
    let left = most;
    this.#incoming = incoming;
    // It may fail before its reader has come; who reads it then is told.
    this.on('error', () => undefined);
    incoming.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) this.destroy(new ObjectStoreError('The reply of the store is too long.'));
      else if (!this.push(chunk)) incoming.pause();
    });
    incoming.once('end', () => {
      this.push(null);
    });
    incoming.once('error', (cause) => {
      this.destroy(connectionLost(cause));
    });
  }

  /** More lies here than its reader wants just now. */
  get waitsForReader(): boolean {
    return this.#incoming.isPaused();
  }

  override _read(): void {
    this.#incoming.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#incoming.destroy(); // does nothing to a connection whose reply is complete
    done(error);
  }
}

export function connectionLost(cause: Error): ObjectStoreUnavailableError {
  return new ObjectStoreUnavailableError(`The connection to the store failed: ${cause.message}`, { cause });
}
